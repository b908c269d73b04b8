import type { Severity } from '../model/severity.ts';

/** What tools call their severities, in lower case. */
const WORDS: Record<string, Severity> = {
  blocker: 'critical',
  critical: 'critical',
  crit: 'critical',
  fatal: 'critical',
  severe: 'critical',
  urgent: 'critical',
  emergency: 'critical',
  high: 'high',
  error: 'high',
  err: 'high',
  important: 'high',
  major: 'high',
  serious: 'high',
  medium: 'medium',
  moderate: 'medium',
  warning: 'medium',
  warn: 'medium',
  low: 'low',
  minor: 'low',
  minimal: 'low',
  negligible: 'low',
  note: 'low',
  trivial: 'info',
  info: 'info',
  informational: 'info',
  information: 'info',
  style: 'info',
  hint: 'info',
  // KICS, below its INFO.
  trace: 'info',
  // Semgrep, of rules that count and try.
  inventory: 'info',
  experiment: 'info',
  none: 'info',
};

/** Our severity of a tool's word, whatever its case; undefined for a word that nobody uses. */
export function severityOfWord(word: string): Severity | undefined {
  const plain = word.trim().toLowerCase();
  return Object.hasOwn(WORDS, plain) ? WORDS[plain] : undefined;
}

/** Of a CVSS score, by the ratings of CVSS v3 and v4 (0.1–3.9 low, 4.0–6.9 medium, 7.0–8.9 high, 9.0–10.0 critical). */
export function severityOfScore(score: number): Severity | undefined {
  if (!Number.isFinite(score) || score < 0 || score > 10) return undefined;
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'info';
}
