/** One line of a snapshot, for one CVE. Times are milliseconds since 1970 (UTC). */
export type SignalRecord =
  | { source: 'kev'; cve: string; added: number; due: number | null; ransomware: boolean | null }
  | { source: 'epss'; cve: string; epss: number; percentile: number | null };

export const SIGNAL_SOURCES = ['kev', 'epss'] as const;
export type SignalSource = (typeof SIGNAL_SOURCES)[number];

/** What could not be read, and where; the rest is imported. */
export interface SignalProblem {
  at: string;
  message: string;
}

/** What a file turned out to be: its date comes with the first lines. */
export interface SignalReader {
  source: SignalSource;
  asOf: number | null;
  records: AsyncIterable<SignalRecord | { problem: SignalProblem }>;
}

const CVE = /^CVE-\d{4}-\d{4,19}$/;

export function cveOf(text: string): string | null {
  const cve = text.trim().toUpperCase();
  return CVE.test(cve) ? cve : null;
}

/** Midnight UTC of `2024-03-01`, or the moment of `2024-03-01T…`; null when it is neither. */
export function timeOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return null;
  const time = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(time) || time < 0 ? null : time;
}
