import type { Confidence, Severity } from '../../model/severity.ts';
import { severityOfScore, severityOfWord } from '../severity-words.ts';

/** By the tool's word, else by its score, else what is given: an unknown severity is no 'none'. */
export function severityFrom(
  word: string | null | undefined,
  fallback: Severity,
  score?: number | null,
): Severity {
  const plain = (word ?? '').trim().toLowerCase();
  const known = plain === '' || plain === 'unknown' ? undefined : severityOfWord(plain);
  return known ?? (typeof score === 'number' && score > 0 ? severityOfScore(score) : undefined) ?? fallback;
}

/** What a table of words says; a word such as `constructor` stands in none. */
export function inTable<T>(
  table: Readonly<Record<string, T>>,
  word: string | null | undefined,
): T | undefined {
  return word !== null && word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined;
}

const CONFIDENCES: Record<string, Confidence> = {
  certain: 'high',
  confirmed: 'high',
  'user confirmed': 'high',
  high: 'high',
  firm: 'medium',
  medium: 'medium',
  tentative: 'low',
  weak: 'low',
  low: 'low',
};

export function confidenceFrom(word: string | null | undefined): Confidence | undefined {
  const plain = (word ?? '').trim().toLowerCase();
  return Object.hasOwn(CONFIDENCES, plain) ? CONFIDENCES[plain] : undefined;
}
