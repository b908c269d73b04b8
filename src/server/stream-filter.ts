import type { LiveEvent } from '../engine/live-feed.ts';
import { SentinelError } from '../lib/errors.ts';

const KEYS = ['type', 'severity', 'rule', 'level', 'run'] as const;

/**
 * The filter of a stream: `type:finding.created,finding.reopened severity:high -rule:x word`. Spaces mean and, commas or, a
 * minus not; a word must occur somewhere in the data. `type:finding` takes all types that begin so.
 */
export function parseFilter(text: string): (event: LiveEvent) => boolean {
  const tests = text
    .split(/\s+/)
    .filter(Boolean)
    .map((part) => {
      const match = /^(-?)(?:([a-z]+):)?(.+)$/.exec(part);
      const [, minus = '', key, value = ''] = match ?? [];
      if (key !== undefined && !KEYS.some((known) => known === key))
        throw new SentinelError(
          'invalid-query',
          `There is no key '${key}:' here. There are: ${KEYS.join(', ')}.`,
        );
      const values = value.toLowerCase().split(',').filter(Boolean);
      const hit = (event: LiveEvent) => values.some((wanted) => matches(event, key, wanted));
      return minus === '' ? hit : (event: LiveEvent) => !hit(event);
    });
  return (event) => tests.every((test) => test(event));
}

function matches(event: LiveEvent, key: string | undefined, wanted: string): boolean {
  if (key === undefined) return JSON.stringify(event.data).toLowerCase().includes(wanted);
  if (key === 'type') return event.type === wanted || event.type.startsWith(`${wanted}.`);
  return String(event.data[key] ?? '').toLowerCase() === wanted;
}
