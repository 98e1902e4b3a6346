/** Counting rules as an admin chooses them: a few usual ones, by name. Pure. */
import type { CountingKeyPart } from '../../../shared/domain.ts';
import { countingWords, poolText } from '../../../shared/strings-console.ts';

/** "person and workstation" */
export function countingName(key: readonly CountingKeyPart[]): string {
  return key.map((part) => countingWords[part]).join(` ${poolText.and} `);
}

/** The rules that license contracts usually have; a pool with another one keeps it as its own choice. */
export const USUAL_KEYS: readonly (readonly CountingKeyPart[])[] = [
  ['user', 'workstation'],
  ['user'],
  ['workstation'],
  ['loginSession'],
  ['process'],
];

export const keyId = (key: readonly CountingKeyPart[]): string => key.join('+');

/** What the form offers, the pool's present rule included. */
export function countingChoices(
  present: readonly CountingKeyPart[],
): { readonly value: string; readonly label: string }[] {
  const isUsual = USUAL_KEYS.some((key) => keyId(key) === keyId(present));
  return [...USUAL_KEYS, ...(isUsual ? [] : [present])].map((key) => ({
    value: keyId(key),
    label: poolText.each(countingName(key)),
  }));
}

export function keyOfId(id: string, present: readonly CountingKeyPart[]): readonly CountingKeyPart[] {
  return USUAL_KEYS.find((key) => keyId(key) === id) ?? present;
}
