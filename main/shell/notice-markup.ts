/**
 * A notice in the form that the Desktop Notifications Specification 1.2 wants: markup escaped, nothing that a server
 * could take for an option, actions as pairs. Pure.
 */
import type { IconPixels } from './icon-pixels.ts';
import type { Notice } from './notices.ts';

/** Bodies may hold a subset of HTML, so every character that begins markup is escaped. */
export function escapeBody(text: string): string {
  return plainLine(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Some servers hand texts on to programs, where a leading "-" would be an option. Control characters go too. */
export function plainLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not pass
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').replace(/^[\s-]+/, '');
}

/** Key of the action that servers call when the notification itself is clicked. */
export const DEFAULT_ACTION = 'default';

/** Actions as the flat list of keys and labels that Notify takes; the key is the button's number. */
export function actionsOf({ buttons }: Notice, openLabel: string): readonly string[] {
  return [
    ...buttons.flatMap(({ label }, index) => [String(index), plainLine(label)]),
    DEFAULT_ACTION,
    openLabel,
  ];
}

/** Levels of the specification: 0 low, 1 normal, 2 critical. */
export function urgencyOf({ urgency }: Notice): number {
  return urgency === 'critical' ? 2 : 1;
}

/** The hint `image-data`, of type (iiibiiay): width, height, bytes per row, has alpha, bits, channels, pixels. */
export function imageHint({ size, rgba }: IconPixels): readonly unknown[] {
  return [size, size, size * 4, true, 8, 4, Buffer.from(rgba)];
}
