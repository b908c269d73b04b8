import { exactName, quoted } from './query-text.ts';
import type { Facets } from './types.ts';

/** A part of the query that may stand at the cursor. */
export interface Suggestion {
  /** What is put in place of the part. */
  text: string;
  /** Beside it, in words; untranslated names come from the data. */
  note: string;
  /** A key: its value comes next. */
  key?: true;
}

/** Keys in the order in which they are offered; what they mean is `query.key.<key>`. */
export const QUERY_KEYS = [
  'severity',
  'status',
  'is',
  'rule',
  'tool',
  'asset',
  'path',
  'assignee',
  'label',
  'priority',
  'due',
  'cve',
  'cwe',
  'ghsa',
  'epss',
  'confidence',
  'first-seen',
  'last-seen',
  'closed',
  'accepted-until',
  'title',
  'message',
  'has',
  'run',
  'first-run',
  'suppression',
  'show',
  'id',
] as const;
export type QueryKey = (typeof QUERY_KEYS)[number];

const AGO = ['<24h', '<7d', '<30d', '>30d', '>90d'];
const AHEAD = ['<24h', '<7d', '<30d', 'none'];

/** Values that are always there; those of the findings come from the counts. */
const VALUES: Partial<Record<QueryKey, readonly string[]>> = {
  severity: ['critical', 'high', 'medium', 'low', 'info', '>=high', '>=medium'],
  status: ['open', 'confirmed', 'false-positive', 'risk-accepted', 'fixed', 'duplicate'],
  is: ['open', 'closed', 'new', 'overdue', 'kev', 'accepted', 'suppressed', 'snoozed', 'merged', 'hidden'],
  show: ['hidden', 'suppressed', 'snoozed', 'merged'],
  confidence: ['high', 'medium', 'low', '>=medium'],
  has: ['cve', 'ghsa', 'osv', 'cwe', 'purl', 'indicator', 'technique'],
  assignee: ['me', 'none'],
  label: ['none'],
  priority: ['>=80', '>=50', '<20', 'none'],
  epss: ['>=50%', '>=10%'],
  due: AHEAD,
  'accepted-until': AHEAD,
  'first-seen': AGO,
  'last-seen': AGO,
  closed: AGO,
};

const COUNTED = {
  rule: 'rule',
  tool: 'task',
  asset: 'asset',
  assignee: 'assignee',
  label: 'label',
} as const satisfies Partial<Record<QueryKey, keyof Facets['facets']>>;

const MOST = 12;

export interface Part {
  from: number;
  to: number;
  suggestions: Suggestion[];
}

/** What may stand where the cursor is; nothing inside words that are no key. */
export function suggest(
  text: string,
  cursor: number,
  { facets, keyNote }: { facets: Facets | undefined; keyNote: (key: QueryKey) => string },
): Part {
  const before = /\S*$/.exec(text.slice(0, cursor))?.[0] ?? '';
  const part = /^(-?)(?:([a-z-]+):)?(.*)$/i.exec(before);
  const start = cursor - before.length;
  const [, sign = '', key, written = ''] = part ?? [];
  if (key === undefined) {
    const suggestions = QUERY_KEYS.filter((name) => name.startsWith(written.toLowerCase())).map((name) => ({
      text: `${name}:`,
      note: keyNote(name),
      key: true as const,
    }));
    return { from: start + sign.length, to: cursor, suggestions: suggestions.slice(0, MOST) };
  }
  const last = written.split(',').at(-1) ?? '';
  const suggestions = valuesFor(key.toLowerCase(), facets).filter(
    (value) =>
      value.text !== last &&
      (value.text.toLowerCase().includes(last.toLowerCase()) ||
        value.note.toLowerCase().includes(last.toLowerCase())),
  );
  return { from: cursor - last.length, to: cursor, suggestions: suggestions.slice(0, MOST) };
}

function valuesFor(key: string, facets: Facets | undefined): Suggestion[] {
  const counted = COUNTED[key as keyof typeof COUNTED];
  const found = counted ? (facets?.facets[counted].values ?? []) : [];
  const fixed = VALUES[key as QueryKey] ?? [];
  return [
    ...fixed.map((text) => ({ text, note: '' })),
    ...found
      .map(({ value, name, count }) => ({
        text: quoted(key === 'asset' ? exactName(name ?? value) : (name ?? value)),
        note: String(count),
      }))
      .filter(({ text }) => !fixed.includes(text)),
  ];
}
