import * as z from 'zod';
import { placeOf } from '../../findings/place.ts';
import { EVENT_TYPES, type EventType } from '../../model/event.ts';
import { Location } from '../../model/location.ts';
import { SEVERITIES, Severity } from '../../model/severity.ts';
import type { LogEvent } from './log-event.ts';

type Plain = string | number | null;

/** What a key of a query looks at in an event. */
export interface EventKey {
  /** How values are compared: the whole text, a part of it, a number, or the place in a list that begins with the most. */
  kind: 'equal' | 'containing' | 'number' | 'ranked';
  /** The values there are, where there are few. */
  values: readonly string[] | null;
  /** One of these has to match. */
  read(event: LogEvent): readonly Plain[];
}

/**
 * Types that start nothing: `audit.*` tells of the one who looks at it too, `run.progress` comes all the time, `trigger.*` and
 * `schedule.*` tell of the triggers themselves.
 */
const NEVER = /^(audit|trigger|schedule)\.|^run\.progress$/;

export const TRIGGER_EVENT_TYPES = (Object.keys(EVENT_TYPES) as EventType[]).filter(
  (type) => !NEVER.test(type),
);

/** Texts in which people look for a part. */
const IN_PART = new Set(['title', 'message', 'note', 'target', 'at', 'comment']);

const known = new Map<string, Readonly<Record<string, EventKey>>>();

/** The keys that a query about events of this type may name, from the schema of its data. */
export function eventKeys(type: EventType): Readonly<Record<string, EventKey>> {
  const before = known.get(type);
  if (before) return before;
  const keys: Record<string, EventKey> = {
    actor: equal((event) => event.actor),
    subject: equal((event) => event.subject),
  };
  if (/^(run|finding)\./.test(type)) {
    keys.run = equal((event) => event.run);
    keys.task = equal((event) => event.task);
  }
  for (const [name, schema] of Object.entries(EVENT_TYPES[type].shape))
    Object.assign(
      keys,
      keysOfField(kebab(name), schema as z.ZodType, (event) => event.data[name]),
    );
  known.set(type, keys);
  return keys;
}

function keysOfField(
  name: string,
  wrapped: z.ZodType,
  read: (event: LogEvent) => unknown,
): Record<string, EventKey> {
  const schema = unwrapped(wrapped);
  const values = (event: LogEvent) => plainValues(read(event));
  if (schema === Location)
    return name === 'location' ? { path: place(read) } : { [`${name}-path`]: place(read) };
  if (schema === Severity) return { [name]: { kind: 'ranked', values: SEVERITIES, read: values } };
  if (schema instanceof z.ZodEnum)
    return { [name]: { kind: 'equal', values: schema.options.map(String), read: values } };
  if (schema instanceof z.ZodNumber) return { [name]: { kind: 'number', values: null, read: values } };
  if (schema instanceof z.ZodBoolean)
    return { [name]: { kind: 'equal', values: ['true', 'false'], read: values } };
  if (schema instanceof z.ZodObject)
    return Object.assign(
      {},
      ...Object.entries(schema.shape).map(([inner, part]) =>
        keysOfField(`${name}-${kebab(inner)}`, part as z.ZodType, (event) => fieldOf(read(event), inner)),
      ),
    );
  return { [name]: { kind: IN_PART.has(name) ? 'containing' : 'equal', values: null, read: values } };
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodNullable || schema instanceof z.ZodOptional
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}

function equal(read: (event: LogEvent) => Plain): EventKey {
  return { kind: 'equal', values: null, read: (event) => [read(event)] };
}

function place(read: (event: LogEvent) => unknown): EventKey {
  return {
    kind: 'containing',
    values: null,
    read(event) {
      const location = Location.safeParse(read(event));
      return location.success ? [placeOf(location.data)] : [];
    },
  };
}

function plainValues(value: unknown): readonly Plain[] {
  if (Array.isArray(value)) return value.flatMap(plainValues);
  if (typeof value === 'string' || typeof value === 'number') return [value];
  return typeof value === 'boolean' ? [String(value)] : [];
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function kebab(name: string): string {
  return name.replace(/([A-Z])/g, '-$1').toLowerCase();
}
