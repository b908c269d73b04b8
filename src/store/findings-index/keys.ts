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
import {
  type Atom,
  type Clause,
  type Filter,
  fold,
  HIDDEN_STATES,
  type HiddenState,
  type Hide,
  type RangeColumn,
} from './filter.ts';
import { type Moment, readMoment } from './moment.ts';

type Value = QueryValue;
type ToAtom = (value: Value, asked: Asked) => Atom;

/** When, and by whom: `assignee:me`. */
export interface Asked {
  now: number;
  me?: string | undefined;
}

interface Key {
  kind: QueryKeys[string];
  atom: ToAtom;
}

const IS: Record<string, Atom | ((now: number) => Atom)> = {
  open: { is: 'equal', column: 'status', values: ['open', 'confirmed'] },
  closed: {
    is: 'equal',
    column: 'status',
    values: FINDING_STATUSES.filter((status) => status !== 'open' && status !== 'confirmed'),
  },
  new: { is: 'new' },
  accepted: { is: 'equal', column: 'status', values: ['risk-accepted'] },
  overdue: (now) => ({ is: 'overdue', now }),
  kev: { is: 'signal', kev: true },
  suppressed: (now) => ({ is: 'state', states: ['suppressed'], now }),
  snoozed: (now) => ({ is: 'state', states: ['snoozed'], now }),
  merged: (now) => ({ is: 'state', states: ['merged'], now }),
  hidden: (now) => ({ is: 'state', states: HIDDEN_STATES, now }),
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
  is: text((value, { now }) => {
    const atom = IS[oneOf(value, Object.keys(IS))];
    return typeof atom === 'function' ? atom(now) : (atom as Atom);
  }),
  rule: equal('rule'),
  task: equal('task'),
  tool: equal('task'),
  assignee: text(assignee),
  label: text((value) => {
    const name = textOf(value);
    return name === 'none' ? { is: 'without', what: 'label' } : { is: 'label', values: [name] };
  }),
  priority: range('priority', wholeNumber),
  due: moments('due'),
  'accepted-until': moments('accept_until'),
  closed: moments('closed', 'past'),
  epss: range('epss', share),
  suppression: equal('hidden_by'),
  /** Also what lists leave out; it is no condition. */
  show: text((value) => {
    oneOf(value, SHOWN);
    return { is: 'equal', column: 'status', values: FINDING_STATUSES };
  }),
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

const SHOWN = ['hidden', ...HIDDEN_STATES];

/** One bit of a word per clause, one of them for the project. */
const MOST_TERMS = 30;

/** The filter that a person wrote, of everything that there is. Throws `invalid-query` with the position. */
export function readFilter(query: string, now: number, me?: string): Filter {
  return toFilter(parseQuery(query, FINDING_KEYS), { now, me });
}

/** The same for a list: what is suppressed, snoozed or merged is left out unless the query asks about it. */
export function readListFilter(query: string, asked: Asked): { filter: Filter; hide: Hide } {
  const parsed = parseQuery(query, FINDING_KEYS);
  const shown = new Set(parsed.flatMap(askedFor));
  return {
    filter: toFilter(parsed, asked),
    hide: { states: HIDDEN_STATES.filter((state) => !shown.has(state)), now: asked.now },
  };
}

/** Who names ids or asks about a state wants to see what is in it. */
function askedFor(term: QueryTerm): readonly HiddenState[] {
  if (term.type !== 'key') return [];
  if (term.key === 'id') return HIDDEN_STATES;
  if (term.key === 'suppression') return ['suppressed'];
  const values = term.values.map((value) => textOf(value).toLowerCase());
  if (term.key === 'status') return values.includes('duplicate') && !term.not ? ['merged'] : [];
  if (term.key !== 'is' && term.key !== 'show') return [];
  return values.includes('hidden') ? HIDDEN_STATES : HIDDEN_STATES.filter((state) => values.includes(state));
}

export function toFilter(query: Query, asked: Asked): Filter {
  const beyond = query[MOST_TERMS];
  if (beyond) throw queryError(beyond.at, `A query has ${MOST_TERMS} parts at most`);
  return query.map((term) => toClause(term, asked));
}

function toClause(term: QueryTerm, asked: Asked): Clause {
  if (term.type === 'word') {
    const word = fold(storableText(term.text));
    return {
      not: term.not,
      any: [{ is: 'containing', columns: ['title', 'message', 'place'], text: word }],
    };
  }
  const { atom } = KEYS[term.key] as Key;
  return { not: term.not, any: term.values.map((value) => atom(value, asked)) };
}

function text(atom: ToAtom): Key {
  return { kind: 'text', atom };
}

function equal(column: 'rule' | 'task' | 'first_run' | 'last_run' | 'hidden_by'): Key {
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

function assignee(value: Value, { me }: Asked): Atom {
  const name = textOf(value);
  if (name === 'none') return { is: 'without', what: 'assignee' };
  if (name !== 'me') return { is: 'assignee', text: name };
  if (me === undefined) throw queryError(value.at, "Nobody asks here: 'me' is nobody");
  return { is: 'assignee', text: me };
}

function seen(column: 'first_seen' | 'last_seen'): Key {
  return interval(
    (from, to) => ({ is: 'seen', column, from, to }),
    (name, at, now) => timeOf(name, { at, now, towards: 'past' }),
  );
}

function moments(column: 'due' | 'accept_until' | 'closed', towards: 'past' | 'future' = 'future'): Key {
  return orNone(
    column,
    interval(
      (from, to) => ({ is: 'between', column, from, to }),
      (name, at, now) => timeOf(name, { at, now, towards }),
    ),
  );
}

type ReadNumber = (name: string, at: number) => { from: number; to: number };

function range(column: 'priority' | 'epss', read: ReadNumber): Key {
  const key = interval(
    (from, to) =>
      column === 'epss'
        ? { is: 'signal', kev: false, from, to }
        : { is: 'between', column: 'priority', from, to },
    read,
  );
  return column === 'epss' ? key : orNone(column, key);
}

function orNone(what: RangeColumn, key: Key): Key {
  return {
    kind: key.kind,
    atom: (value, asked) =>
      value.op === '=' && value.text === 'none' ? { is: 'without', what } : key.atom(value, asked),
  };
}

/** `from` is the first value that is meant, `to` the first beyond it. */
function interval(
  atom: (from: number | null, to: number | null) => Atom,
  read: (name: string, at: number, now: number) => { from: number; to: number },
): Key {
  return {
    kind: 'ordered',
    atom(value, { now }) {
      if (value.op === '..')
        return atom(
          value.from === null ? null : read(value.from, value.at, now).from,
          value.to === null ? null : read(value.to, value.at, now).to,
        );
      const { from, to } = read(value.text, value.at, now);
      switch (value.op) {
        case '=':
          return atom(from, to);
        case '>':
          return atom(to, null);
        case '>=':
          return atom(from, null);
        case '<':
          return atom(null, from);
        case '<=':
          return atom(null, to);
      }
    },
  };
}

function timeOf(
  name: string,
  { at, now, towards }: { at: number; now: number; towards: 'past' | 'future' },
): Moment {
  const moment = readMoment(name, now, towards);
  if (moment) return moment;
  const far = towards === 'past' ? 'how long ago' : 'in how much time';
  throw queryError(
    at,
    `'${name}' is not a time. A time is 2026-01-31, 2026-01-31T12:00Z, or ${far}: 30m, 24h, 7d, 2w`,
  );
}

function wholeNumber(name: string, at: number): { from: number; to: number } {
  if (!/^-?\d{1,9}$/.test(name)) throw queryError(at, `'${name}' is not a whole number`);
  return { from: Number(name), to: Number(name) + 1 };
}

/** `0.5` or `50%`. The next number that there is lies beyond it. */
function share(name: string, at: number): { from: number; to: number } {
  const parts = /^(\d{1,3}(?:\.\d{1,9})?)(%?)$/.exec(name);
  const value = parts ? Number(parts[1]) / (parts[2] === '%' ? 100 : 1) : Number.NaN;
  if (!(value >= 0 && value <= 1)) throw queryError(at, `'${name}' is not a share: 0.5 or 50%`);
  return { from: value, to: value + Number.EPSILON };
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
