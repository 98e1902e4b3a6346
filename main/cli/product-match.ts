/** Which product does a person mean? An id or part of a name; several answers are an error that lists them. Pure. */
import { failure, type Outcome, success } from '../../shared/outcome.ts';

export interface Named {
  readonly id: string;
  readonly name: string;
}

export type MatchFailure = 'NOT_FOUND' | 'AMBIGUOUS';

/** Case, accents and the kind of separator do not count: "solid works", "SolidWorks" and "solidworks" are one. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLocaleLowerCase('en')
    .replace(/[\s_-]+/g, ' ')
    .trim();
}

function isWordStart(name: string, query: string): boolean {
  return ` ${name}`.includes(` ${query}`);
}

/** The first of these ways that fits anything decides: id, whole name, start of a word, any part. */
function bestMatches(query: string, candidates: readonly Named[]): readonly Named[] {
  const folded = fold(query);
  if (folded === '') return [];
  const ways: readonly ((candidate: Named) => boolean)[] = [
    ({ id }) => id === query,
    ({ id, name }) => fold(name) === folded || fold(id) === folded,
    ({ id, name }) => isWordStart(fold(name), folded) || isWordStart(fold(id), folded),
    ({ id, name }) => fold(name).includes(folded) || fold(id).includes(folded),
  ];
  for (const way of ways) {
    const found = candidates.filter(way);
    if (found.length > 0) return found;
  }
  return [];
}

const LISTED = 8;

export function listNames(candidates: readonly Named[]): string {
  const shown = candidates.slice(0, LISTED).map(({ id, name }) => `${name} (${id})`);
  const more = candidates.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/**
 * @param kind what is looked for, in the singular: "pool", "product with seats here"
 * @returns the one candidate that fits; the messages name the candidates
 */
export function matchName(
  query: string,
  candidates: readonly Named[],
  kind: string,
): Outcome<Named, MatchFailure> {
  const found = bestMatches(query, candidates);
  const [only] = found;
  if (only && found.length === 1) return success(only);
  if (found.length > 1)
    return failure('AMBIGUOUS', `"${query}" fits several: ${listNames(found)}. Say which one.`);
  if (candidates.length === 0)
    return failure('NOT_FOUND', `There is no ${kind} called "${query}": there is none at all yet.`);
  return failure('NOT_FOUND', `There is no ${kind} called "${query}". There are: ${listNames(candidates)}.`);
}
