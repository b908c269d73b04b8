import type { TriageChange } from './types.ts';

/** What one can decide about findings, in the order of the buttons. `shortcut` as in `useKeys`. */
export const DECISIONS = [
  { id: 'confirm', shortcut: '1' },
  { id: 'false-positive', shortcut: '2' },
  { id: 'accept', shortcut: '3' },
  { id: 'duplicate', shortcut: '4' },
  { id: 'snooze', shortcut: 'h' },
  { id: 'assign', shortcut: 'a' },
  { id: 'labels', shortcut: undefined },
  { id: 'severity', shortcut: undefined },
  { id: 'reopen', shortcut: undefined },
] as const;

export type DecisionId = (typeof DECISIONS)[number]['id'];

export const DAY_MS = 86_400_000;

export const FALSE_POSITIVE_REASONS = [
  'sanitised',
  'unreachable',
  'test-code',
  'wrong-rule',
  'other',
] as const;
export const ACCEPT_REASONS = ['mitigated', 'low-impact', 'no-fix', 'planned', 'other'] as const;
export const ACCEPT_DAYS = [30, 90, 180] as const;
export const SNOOZE_DAYS = [7, 30, 90] as const;

/** Needs nothing but itself. */
export function changeAtOnce(id: DecisionId): TriageChange | undefined {
  if (id === 'confirm') return { status: 'confirmed' };
  if (id === 'reopen') return { status: 'open' };
  return undefined;
}
