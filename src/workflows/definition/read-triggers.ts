import { SentinelError } from '../../lib/errors.ts';
import {
  CATCH_UP,
  type EventTriggerSpec,
  OVERLAP,
  type ScheduleSpec,
  type WebhookTriggerSpec,
  type WorkflowDefinition,
} from '../../model/workflow.ts';
import { readCron } from '../triggers/cron.ts';
import { checkWebhook } from '../triggers/webhook-spec.ts';
import { type Fields, fieldsOf, isRecord } from './fields.ts';
import { short } from './inputs.ts';
import type { Path } from './problem.ts';
import { readEventMatch } from './read-gates.ts';
import type { Reading } from './reading.ts';

type Triggers = WorkflowDefinition['on'];
const MOST_TRIGGERS = 100;
export const USUAL_SCHEDULE = { zone: 'UTC', jitter: 0, catch_up: 'one', overlap: 'skip' } as const;

/** `on: manual`, or `{ manual, schedule, event, webhook }`, each of which is one or a list. */
export function readTriggers(reading: Reading, value: unknown): Triggers {
  const none: Triggers = { manual: true, schedule: [], event: [], webhook: [] };
  if (value === undefined || value === null || value === 'manual') return none;
  if (!isRecord(value)) {
    reading.problem(
      ['on'],
      'wrong-value',
      `'on' expects 'manual', or 'schedule', 'event' and 'webhook', not ${short(value)}.`,
    );
    return none;
  }
  const on = fieldsOf(reading, value, {
    path: ['on'],
    what: "'on'",
    keys: ['manual', 'schedule', 'event', 'webhook'],
  });
  return {
    manual: on.flag('manual') ?? true,
    schedule: each(reading, on, { key: 'schedule', short: 'cron', keys: SCHEDULE_KEYS, read: readSchedule }),
    event: each(reading, on, {
      key: 'event',
      short: 'type',
      keys: ['type', 'query', 'inputs'],
      read: readEvent,
    }),
    webhook: each(reading, on, {
      key: 'webhook',
      short: 'name',
      keys: ['name', 'secret', 'inputs'],
      read: readHook,
    }),
  };
}

export const SCHEDULE_KEYS = ['cron', 'zone', 'jitter', 'catch_up', 'overlap', 'inputs'] as const;

interface Kind<T> {
  key: string;
  /** What a text alone stands for. */
  short: string;
  keys: readonly string[];
  read(reading: Reading, fields: Fields): T | null;
}

function each<T>(reading: Reading, on: Fields, kind: Kind<T>): T[] {
  const value = on.raw(kind.key);
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.length > MOST_TRIGGERS)
    reading.problem(
      on.at(kind.key),
      'wrong-value',
      `A workflow has at most ${MOST_TRIGGERS} of '${kind.key}'.`,
    );
  return list.slice(0, MOST_TRIGGERS).flatMap((one, index) => {
    const path = Array.isArray(value) ? [...on.at(kind.key), index] : on.at(kind.key);
    const body = typeof one === 'string' ? { [kind.short]: one } : one;
    if (!isRecord(body)) {
      reading.problem(
        path,
        'wrong-value',
        `'${kind.key}' expects '${kind.short}' and more, not ${short(one)}.`,
      );
      return [];
    }
    const read = kind.read(
      reading,
      fieldsOf(reading, body, { path, what: `'${kind.key}'`, keys: kind.keys }),
    );
    return read === null ? [] : [read];
  });
}

function readSchedule(reading: Reading, fields: Fields): ScheduleSpec | null {
  const cron = fields.text('cron');
  if (cron === null) {
    if (fields.raw('cron') === undefined)
      reading.problem(fields.path, 'missing', "A schedule needs 'cron', such as '0 2 * * *'.");
    return null;
  }
  const zone = fields.text('zone') ?? USUAL_SCHEDULE.zone;
  try {
    readCron(cron, zone);
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    const about = error.fields.some(({ field }) => field === 'zone') ? 'zone' : 'cron';
    reading.problem(fields.at(about), 'invalid-schedule', `${error.message}${exampleOf(error)}`);
    return null;
  }
  return {
    cron,
    zone,
    jitter: fields.raw('jitter') === 0 ? 0 : (fields.duration('jitter') ?? USUAL_SCHEDULE.jitter),
    catch_up: fields.oneOf('catch_up', CATCH_UP) ?? USUAL_SCHEDULE.catch_up,
    overlap: fields.oneOf('overlap', OVERLAP) ?? USUAL_SCHEDULE.overlap,
    inputs: fields.record('inputs'),
  };
}

function readEvent(reading: Reading, fields: Fields): EventTriggerSpec | null {
  const match = readEventMatch(reading, fields, 'type');
  return match && { ...match, inputs: fields.record('inputs') };
}

/** The secret has the name of the hook when the document does not say another one. */
function readHook(reading: Reading, fields: Fields): WebhookTriggerSpec | null {
  const name = fields.text('name');
  if (name === null) {
    if (fields.raw('name') === undefined)
      reading.problem(fields.path, 'missing', "A webhook needs a 'name': it stands in its address.");
    return null;
  }
  const hook = { name, secret: fields.text('secret') ?? name, inputs: fields.record('inputs') };
  try {
    checkWebhook({ ...hook, inputs: {} });
    return hook;
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    const about = error.fields.some(({ field }) => field === 'secret') ? 'secret' : 'name';
    const at: Path = fields.raw(about) === undefined ? fields.path : fields.at(about);
    reading.problem(at, 'invalid-name', `${error.message}${exampleOf(error)}`);
    return null;
  }
}

function exampleOf(error: SentinelError): string {
  const example = error.fields.find((field) => field.example !== undefined)?.example;
  return example === undefined ? '' : ` For example '${example}'.`;
}
