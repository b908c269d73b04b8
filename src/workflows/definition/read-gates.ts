import { references } from '../../lib/cel/template.ts';
import { parseDuration } from '../../lib/duration.ts';
import { SentinelError } from '../../lib/errors.ts';
import type { WorkflowStep } from '../../model/workflow.ts';
import { matcherOf } from '../triggers/event-match.ts';
import { type Fields, fieldsOf, isRecord } from './fields.ts';
import { short } from './inputs.ts';
import type { Path } from './problem.ts';
import type { Reading } from './reading.ts';

/** Before the first further attempt, when the document does not say it. */
export const USUAL_BACKOFF = 5_000;
export const NO_RETRY = { max: 0, backoff: USUAL_BACKOFF };
export const MOST_RETRIES = 100;

/** `retry: 3`, or `{ max: 3, backoff: 10s }`. */
export function readRetry(reading: Reading, fields: Fields): WorkflowStep['retry'] {
  const value = fields.raw('retry');
  if (value === undefined) return NO_RETRY;
  if (!isRecord(value))
    return { max: fields.count('retry', { min: 0, max: MOST_RETRIES }) ?? 0, backoff: USUAL_BACKOFF };
  const retry = fieldsOf(reading, value, {
    path: fields.at('retry'),
    what: "'retry'",
    keys: ['max', 'backoff'],
  });
  if (retry.raw('max') === undefined)
    reading.problem(retry.path, 'missing', "'retry' needs 'max': how often it is tried again.");
  return {
    max: retry.count('max', { min: 0, max: MOST_RETRIES }) ?? 0,
    backoff: retry.duration('backoff') ?? USUAL_BACKOFF,
  };
}

/** `approval: true`, or `{ roles, timeout, message }`. */
export function readApproval(reading: Reading, fields: Fields): WorkflowStep['approval'] {
  const value = fields.raw('approval');
  if (value === undefined || value === false) return null;
  if (value === true) return { roles: [], timeout: null, message: null };
  if (!isRecord(value)) {
    reading.problem(
      fields.at('approval'),
      'wrong-value',
      `'approval' expects true, or roles, timeout and message, not ${short(value)}.`,
    );
    return null;
  }
  const approval = fieldsOf(reading, value, {
    path: fields.at('approval'),
    what: 'An approval',
    keys: ['roles', 'timeout', 'message'],
  });
  return {
    roles: approval.texts('roles'),
    timeout: approval.duration('timeout'),
    message: approval.text('message'),
  };
}

/** `wait: 90s`, `{ until: 2026-12-01T02:00:00Z }`, or `{ event: finding.created, query: 'severity:high', timeout: 1h }`. */
export function readWait(reading: Reading, fields: Fields): WorkflowStep['wait'] {
  const value = fields.raw('wait');
  if (value === undefined) return null;
  if (!isRecord(value)) {
    const until = readMoment(reading, value, fields.at('wait'));
    return until === null ? null : { until, event: null, timeout: null };
  }
  const wait = fieldsOf(reading, value, {
    path: fields.at('wait'),
    what: 'A wait',
    keys: ['until', 'event', 'query', 'timeout'],
  });
  const until = wait.raw('until');
  if ((until === undefined) === (wait.raw('event') === undefined)) {
    reading.problem(
      wait.path,
      until === undefined ? 'missing' : 'wrong-value',
      "A wait is for a time ('until') or for an event ('event'): give one of them.",
    );
    return null;
  }
  if (until !== undefined) {
    for (const key of ['query', 'timeout'])
      if (wait.raw(key) !== undefined)
        reading.problem(wait.at(key), 'wrong-value', `'${key}' belongs to a wait for an event.`);
    const moment = readMoment(reading, until, wait.at('until'));
    return moment === null ? null : { until: moment, event: null, timeout: null };
  }
  const event = readEventMatch(reading, wait);
  return event === null ? null : { until: null, event, timeout: wait.duration('timeout') };
}

/** A moment, a duration from now, or a text with an expression; kept as it is written. */
function readMoment(reading: Reading, value: unknown, path: Path): string | null {
  const text = typeof value === 'number' ? `${value}s` : value;
  if (typeof text === 'string' && text.length <= 2_000 && isMoment(text)) return text.trim();
  reading.problem(
    path,
    'invalid-duration',
    `A wait expects a duration such as 90s, or a time such as 2026-12-01T02:00:00Z, not ${short(value)}.`,
  );
  return null;
}

function isMoment(text: string): boolean {
  if (references(text).length > 0) return true;
  const trimmed = text.trim();
  if (/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(trimmed))
    return !Number.isNaN(Date.parse(trimmed));
  try {
    return parseDuration(trimmed) >= 0;
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    return false;
  }
}

/** `event` (or `type`, of a trigger) with its `query`. */
export function readEventMatch(
  reading: Reading,
  fields: Fields,
  key = 'event',
): { type: string; query: string | null } | null {
  const type = fields.text(key);
  const query = fields.text('query');
  if (type === null) {
    if (fields.raw(key) === undefined)
      reading.problem(
        fields.path,
        'missing',
        `An event needs its type, such as 'finding.created', as '${key}'.`,
      );
    return null;
  }
  const match = { type, query };
  try {
    matcherOf(match);
    return match;
  } catch (error) {
    if (!(error instanceof SentinelError)) throw error;
    const about = error.code === 'invalid-query' ? fields.at('query') : fields.at(key);
    reading.problem(about, 'invalid-event', error.message);
    return null;
  }
}
