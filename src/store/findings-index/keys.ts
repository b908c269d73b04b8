import { closest } from '../../lib/closest.ts';
import {
  parseQuery,
  type Query,
  type QueryKeys,
  type QueryTerm,
  type QueryValue,
  queryError,
} from '../../lib/query/query.ts';
import { FINDING_STATUSES, REFERENCE_KINDS } from '../../model/finding.ts';
import { CONFIDENCES, SEVERITIES } from '../../model/severity.ts';
import { storableText } from '../guard.ts';
import { type Atom, type Clause, type Filter, fold } from './filter.ts';
import { type Moment, readMoment } from './moment.ts';

type Value = QueryValue;
type ToAtom = (value: Value, now: number) => Atom;

interface Key {
  kind: QueryKeys[string];
  atom: ToAtom;
}

const IS: Record<string, Atom> = {
  open: { is: 'equal', column: 'status', values: ['open', 'confirmed'] },
  closed: {
    is: 'equal',
    column: 'status',
    values: FINDING_STATUSES.filter((status) => status !== 'open' && status !== 'confirmed'),
  },
  new: { is: 'new' },
};

/** What a query about findings may name. */
const KEYS: Readonly<Record<string, Key>> = {
  severity: ranked('severity', SEVERITIES),
  status: text((value) => ({
    is: 'equal',
    column: 'status',
    values: [oneOf(value, FINDING_STATUSES)],
  })),
  confidence: ranked('confidence', CONFIDENCES),
  is: text((value) => IS[oneOf(value, Object.keys(IS))] as Atom),
  rule: equal('rule'),
  task: equal('task'),
  asset: text((value) => ({ is: 'asset', text: textOf(value) })),
  run: equal('last_run'),
  'first-run': equal('first_run'),
  id: text((value) => ({ is: 'id', values: [textOf(value)] })),
  path: containing('place'),
  title: containing('title'),
  message: containing('message'),
  cve: reference('cve'),
  cwe: reference('cwe'),
  ghsa: reference('ghsa'),
  ref: reference(null),
  has: text((value) => ({ is: 'reference', kind: oneOf(value, REFERENCE_KINDS), values: null })),
  'first-seen': seen('first_seen'),
  'last-seen': seen('last_seen'),
};

export const FINDING_KEYS: QueryKeys = Object.fromEntries(
  Object.entries(KEYS).map(([name, { kind }]) => [name, kind]),
);

/** One bit of a word per clause, one of them for the project. */
const MOST_TERMS = 30;

/** The filter that a person wrote. Throws `invalid-query` with the position. */
export function readFilter(query: string, now: number): Filter {
  return toFilter(parseQuery(query, FINDING_KEYS), now);
}

export function toFilter(query: Query, now: number): Filter {
  const beyond = query[MOST_TERMS];
  if (beyond) throw queryError(beyond.at, `A query has ${MOST_TERMS} parts at most`);
  return query.map((term) => toClause(term, now));
}

function toClause(term: QueryTerm, now: number): Clause {
  if (term.type === 'word') {
    const word = fold(storableText(term.text));
    return {
      not: term.not,
      any: [{ is: 'containing', columns: ['title', 'message', 'place'], text: word }],
    };
  }
  const { atom } = KEYS[term.key] as Key;
  return { not: term.not, any: term.values.map((value) => atom(value, now)) };
}

function text(atom: ToAtom): Key {
  return { kind: 'text', atom };
}

function equal(column: 'rule' | 'task' | 'first_run' | 'last_run'): Key {
  return text((value) => ({ is: 'equal', column, values: [textOf(value)] }));
}

function containing(column: 'title' | 'message' | 'place'): Key {
  return text((value) => ({ is: 'containing', columns: [column], text: fold(textOf(value)) }));
}

/** Of a list that begins with the most; `>=high` means at least as much. */
function ranked(column: 'severity' | 'confidence', names: readonly string[]): Key {
  const rank = (name: string, at: number) => names.length - names.indexOf(known(name, at, names));
  return {
    kind: 'ordered',
    atom(value) {
      const ranks = names.map((_, index) => names.length - index);
      const between = (low: number, high: number): Atom => ({
        is: 'equal',
        column,
        values: names.filter((_, index) => (ranks[index] ?? 0) >= low && (ranks[index] ?? 0) <= high),
      });
      if (value.op === '..') {
        const ends = [value.from, value.to].map((end) => (end === null ? null : rank(end, value.at)));
        return between(ends[0] ?? 0, ends[1] ?? names.length);
      }
      const one = rank(value.text, value.at);
      switch (value.op) {
        case '=':
          return between(one, one);
        case '>':
          return between(one + 1, names.length);
        case '>=':
          return between(one, names.length);
        case '<':
          return between(0, one - 1);
        case '<=':
          return between(0, one);
      }
    },
  };
}

function seen(column: 'first_seen' | 'last_seen'): Key {
  const range = (from: number | null, to: number | null): Atom => ({ is: 'seen', column, from, to });
  return {
    kind: 'ordered',
    atom(value, now) {
      const read = (name: string): Moment => {
        const moment = readMoment(name, now);
        if (moment) return moment;
        const forms = '2026-01-31, 2026-01-31T12:00Z, or how long ago: 30m, 24h, 7d, 2w';
        throw queryError(value.at, `'${name}' is not a time. A time is ${forms}`);
      };
      if (value.op === '..')
        return range(
          value.from === null ? null : read(value.from).from,
          value.to === null ? null : read(value.to).to,
        );
      const moment = read(value.text);
      switch (value.op) {
        case '=':
          return range(moment.from, moment.to);
        case '>':
          return range(moment.to, null);
        case '>=':
          return range(moment.from, null);
        case '<':
          return range(null, moment.from);
        case '<=':
          return range(null, moment.to);
      }
    },
  };
}

function reference(kind: string | null): Key {
  return text((value) => ({ is: 'reference', kind, values: spellings(kind, textOf(value)) }));
}

/** References are stored as their sources spell them; people do not. */
function spellings(kind: string | null, value: string): string[] {
  const number = /^(?:cwe-)?(\d+)$/i.exec(value)?.[1];
  if (number && kind !== 'cve' && kind !== 'ghsa') return [...new Set([value, number, `CWE-${number}`])];
  const ghsa = /^ghsa-(.*)$/i.exec(value)?.[1];
  return [...new Set([value, value.toUpperCase(), ...(ghsa ? [`GHSA-${ghsa.toLowerCase()}`] : [])])];
}

function oneOf(value: Value, names: readonly string[]): string {
  return known(textOf(value), value.at, names);
}

function known(name: string, at: number, names: readonly string[]): string {
  const exact = names.find((other) => other === name.toLowerCase());
  if (exact !== undefined) return exact;
  const near = closest(name, names);
  throw queryError(
    at,
    `There is no '${name}' here. ${near ? `Did you mean '${near}'?` : `There are: ${names.join(', ')}.`}`,
  );
}

function textOf(value: Value): string {
  return value.op === '..' ? '' : storableText(value.text);
}
