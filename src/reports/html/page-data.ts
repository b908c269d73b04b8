/** What the page's script gets. In columns: a hundred thousand objects would take seconds to read. Both sides import this file. */
export interface PageData {
  count: number;
  asOf: number;
  /** One character a finding: the place in `severities`, `statuses`, `changes` and `confidences`. */
  severity: string;
  status: string;
  change: string;
  confidence: string;
  /** Places in the lists below. */
  rule: number[];
  asset: number[];
  title: number[];
  cwe: number[];
  section: number[];
  /** Seconds since 1970. */
  firstSeen: number[];
  closed: number[];
  place: string[];
  message: string[];
  id: string[];
  rules: { key: string; title: string; why: string; fix: string; tags: string[]; links: string[] }[];
  assets: string[];
  titles: string[];
  /** Lists of CWE numbers, and of sections, as they occur together. */
  cwes: number[][];
  sectionLists: number[][];
  sections: string[];
  weeks: { start: number; count: number };
  categories: { key: string; title: string; cwe: number[] }[];
  /** So many findings a block. */
  perBlock: number;
}

/** What is read only when somebody opens a finding, in this order. */
export type PageDetail = [
  facts: [string, string][],
  excerpt: { first: number; lines: string[]; from: number; to: number } | null,
  flow: [place: string, note: string][],
];

export const SEVERITY_LIST = ['critical', 'high', 'medium', 'low', 'info'] as const;
export const STATUS_LIST = [
  'open',
  'confirmed',
  'false-positive',
  'risk-accepted',
  'fixed',
  'duplicate',
] as const;
export const CHANGE_LIST = ['', 'new', 'reopened', 'changed', 'fixed', 'gone', 'open'] as const;
export const CONFIDENCE_LIST = ['high', 'medium', 'low'] as const;
