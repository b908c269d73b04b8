import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { closest } from '../lib/closest.ts';
import {
  parseQuery,
  type QueryKeys,
  type QueryTerm,
  type QueryValue,
  queryError,
} from '../lib/query/query.ts';
import { ENDED_STATUSES, RUN_STATUSES } from '../model/run.ts';
import { readMoment } from './findings-index/moment.ts';
import { storableText } from './guard.ts';
import type { Database } from './schema.ts';

export const ACTIVE_STATUSES = ['queued', 'running', 'cancelling'] as const;

/** What a query about runs may name. */
const RUN_KEYS: QueryKeys = {
  status: 'text',
  task: 'text',
  target: 'text',
  asset: 'text',
  error: 'text',
  by: 'text',
  created: 'ordered',
};

/** Names for several states at once. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  active: ACTIVE_STATUSES,
  ended: ENDED_STATUSES,
};

interface Asked {
  now: number;
  me: string;
}

type Runs = ExpressionBuilder<Database, 'run'>;
/** A part of a query as a condition on rows of `run`. */
export type RunCondition = (e: Runs) => Expression<SqlBool>;

/** The conditions of a query such as `status:failed task:secrets-scan created:>7d`. Throws `invalid-query` with the position. */
export function readRunQuery(text: string, asked: Asked): RunCondition[] {
  return parseQuery(text, RUN_KEYS).map((term) => {
    const conditions = partsOf(term, asked);
    return (e) => {
      const any = e.or(conditions.map((condition) => condition(e)));
      return term.not ? e.not(any) : any;
    };
  });
}

function partsOf(term: QueryTerm, asked: Asked): RunCondition[] {
  if (term.type === 'word')
    return [(e) => e.or([contains('task', term.text), contains('target', term.text)])];
  return term.values.map((value) => conditionOf(term.key, value, asked));
}

function conditionOf(key: string, value: QueryValue, asked: Asked): RunCondition {
  if (key === 'created') return createdIn(value, asked.now);
  const text = value.op === '..' ? '' : value.text;
  switch (key) {
    case 'status': {
      const states = statesOf(text, value.at);
      return (e) => e('status', 'in', states);
    }
    case 'target':
      return () => contains('target', text);
    case 'error':
      return text === 'none' ? (e) => e('error_code', 'is', null) : same('error_code', text);
    case 'by':
      return (e) => e('principal', '=', text === 'me' ? asked.me : storableText(text));
    case 'asset':
      return same('asset', text);
    default:
      return (e) => e('task', '=', storableText(text));
  }
}

/** Also false, and not unknown, where there is none: `-error:x` is then true. */
function same(column: 'error_code' | 'asset', text: string): RunCondition {
  return (e) => e(e.fn.coalesce(column, sql.lit('')), '=', storableText(text));
}

function contains(column: 'task' | 'target', text: string): Expression<SqlBool> {
  const pattern = `%${storableText(text.toLowerCase()).replace(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql<SqlBool>`lower(coalesce(${sql.ref(column)}, '')) like ${pattern} escape '\\'`;
}

function statesOf(text: string, at: number): readonly string[] {
  const name = text.toLowerCase();
  if (Object.hasOwn(STATES, name)) return STATES[name] ?? [];
  if (RUN_STATUSES.some((status) => status === name)) return [name];
  const names = [...RUN_STATUSES, ...Object.keys(STATES)];
  const near = closest(text, names);
  throw queryError(
    at,
    `There is no '${text}' here. ${near ? `Did you mean '${near}'?` : `There are: ${names.join(', ')}.`}`,
  );
}

function createdIn(value: QueryValue, now: number): RunCondition {
  const at = (text: string) => {
    const moment = readMoment(text, now);
    if (moment) return moment;
    throw queryError(
      value.at,
      `'${text}' is not a time. A time is 2026-01-31, 2026-01-31T12:00Z, or how long ago: 30m, 24h, 7d, 2w`,
    );
  };
  const between =
    (from: number | null, to: number | null): RunCondition =>
    (e) =>
      e.and([
        ...(from === null ? [] : [e('created', '>=', from)]),
        ...(to === null ? [] : [e('created', '<', to)]),
      ]);
  if (value.op === '..')
    return between(
      value.from === null ? null : at(value.from).from,
      value.to === null ? null : at(value.to).to,
    );
  const { from, to } = at(value.text);
  switch (value.op) {
    case '=':
      return between(from, to);
    case '>':
      return between(to, null);
    case '>=':
      return between(from, null);
    case '<':
      return between(null, from);
    case '<=':
      return between(null, to);
  }
}
