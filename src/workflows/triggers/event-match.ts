import { closest } from '../../lib/closest.ts';
import { SentinelError } from '../../lib/errors.ts';
import {
  parseQuery,
  type QueryKeys,
  type QueryTerm,
  type QueryValue,
  queryError,
} from '../../lib/query/query.ts';
import type { EventType } from '../../model/event.ts';
import type { EventMatch, EventTriggerSpec } from '../../model/workflow.ts';
import { fold } from '../../store/findings-index/filter.ts';
import { type EventKey, eventKeys, TRIGGER_EVENT_TYPES } from './event-keys.ts';
import type { LogEvent } from './log-event.ts';
import { checkTriggerInputs } from './trigger-inputs.ts';

export type Matcher = (event: LogEvent) => boolean;

const MOST_TERMS = 30;

/**
 * Whether an event is one that is meant: its type, and a query over its data such as `severity:high,critical path:src`. A word
 * without a key stands for a part of any text in it. Throws `invalid-parameter` for an event that there is not, and
 * `invalid-query` with the position.
 */
export function matcherOf({ type, query }: { type: string; query: string | null }): Matcher {
  const known = knownType(type);
  const keys = eventKeys(known);
  const kinds: QueryKeys = Object.fromEntries(
    Object.entries(keys).map(([name, { kind }]) => [
      name,
      kind === 'number' || kind === 'ranked' ? 'ordered' : 'text',
    ]),
  );
  const terms = parseQuery(query ?? '', kinds);
  const beyond = terms[MOST_TERMS];
  if (beyond) throw queryError(beyond.at, `A query has ${MOST_TERMS} parts at most`);
  const tests = terms.map((term) => testOf(term, keys));
  return (event) => event.type === known && tests.every((test) => test(event));
}

/** Throws what is wrong about it: of a step that waits, or of a trigger. */
export function checkEventMatch(match: EventMatch): void {
  matcherOf(match);
}

/** Throws what is wrong about a trigger before it is stored. */
export function checkEventTrigger(spec: EventTriggerSpec): void {
  matcherOf(spec);
  checkTriggerInputs(spec.inputs, ['event']);
}

function knownType(type: string): EventType {
  const found = TRIGGER_EVENT_TYPES.find((one) => one === type);
  if (found) return found;
  const near = closest(type, TRIGGER_EVENT_TYPES);
  const message = `there is no event '${type.slice(0, 60)}' that starts something. ${
    near ? `Did you mean '${near}'?` : `There are: ${TRIGGER_EVENT_TYPES.join(', ')}.`
  }`;
  throw new SentinelError('invalid-parameter', `event: ${message}`, {
    fields: [{ field: 'event', message, example: 'finding.created' }],
  });
}

function testOf(term: QueryTerm, keys: Readonly<Record<string, EventKey>>): Matcher {
  const test = term.type === 'word' ? wordTest(term.text, keys) : keyTest(term, keys[term.key] as EventKey);
  return term.not ? (event) => !test(event) : test;
}

function wordTest(word: string, keys: Readonly<Record<string, EventKey>>): Matcher {
  const wanted = fold(word);
  const texts = Object.values(keys).filter(({ kind }) => kind === 'containing' || kind === 'equal');
  return (event) =>
    texts.some((key) =>
      key.read(event).some((value) => typeof value === 'string' && fold(value).includes(wanted)),
    );
}

function keyTest(term: QueryTerm & { type: 'key' }, key: EventKey): Matcher {
  const tests = term.values.map((value) => valueTest(value, key));
  return (event) => key.read(event).some((found) => found !== null && tests.some((test) => test(found)));
}

function valueTest(value: QueryValue, key: EventKey): (found: string | number) => boolean {
  if (key.kind === 'number' || key.kind === 'ranked') return orderTest(value, key);
  if (value.op === '..') throw queryError(value.at, 'A range is not possible here');
  const wanted = key.values ? oneOf(value.text, value.at, key.values) : value.text;
  if (key.kind === 'equal') return (found) => found === wanted;
  const part = fold(wanted);
  return (found) => fold(String(found)).includes(part);
}

/** `>=high` means at least as much, whatever the order of the list. */
function orderTest(value: QueryValue, { values }: EventKey): (found: string | number) => boolean {
  const place = (found: string | number) =>
    values ? values.length - values.indexOf(String(found)) : Number(found);
  const read = (text: string) => (values ? place(oneOf(text, value.at, values)) : numberOf(text, value.at));
  if (value.op === '..') {
    const from = value.from === null ? Number.NEGATIVE_INFINITY : read(value.from);
    const to = value.to === null ? Number.POSITIVE_INFINITY : read(value.to);
    return (found) => place(found) >= from && place(found) <= to;
  }
  const { op } = value;
  const wanted = read(value.text);
  return (found) => compared(place(found), op, wanted);
}

function compared(one: number, op: '=' | '>' | '>=' | '<' | '<=', other: number): boolean {
  switch (op) {
    case '=':
      return one === other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
    case '<':
      return one < other;
    case '<=':
      return one <= other;
  }
}

function oneOf(name: string, at: number, names: readonly string[]): string {
  const exact = names.find((other) => other === name.toLowerCase());
  if (exact !== undefined) return exact;
  const near = closest(name, names);
  throw queryError(
    at,
    `There is no '${name}' here. ${near ? `Did you mean '${near}'?` : `There are: ${names.join(', ')}.`}`,
  );
}

function numberOf(text: string, at: number): number {
  if (/^-?\d{1,15}(\.\d{1,10})?$/.test(text)) return Number(text);
  throw queryError(at, `'${text}' is not a number`);
}
