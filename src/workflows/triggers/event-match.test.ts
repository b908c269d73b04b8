import { expect, test } from 'vitest';
import { eventKeys, TRIGGER_EVENT_TYPES } from './event-keys.ts';
import { checkEventTrigger, matcherOf } from './event-match.ts';
import type { LogEvent } from './log-event.ts';

const finding: LogEvent = {
  seq: 7,
  cursor: 'e:7',
  id: 'evt_1',
  time: 0,
  type: 'finding.created',
  v: 1,
  project: 'prj_default',
  actor: 'usr_1',
  subject: 'fnd_1',
  run: 'run_1',
  task: 'secrets-scan',
  workflowRun: null,
  depth: null,
  data: {
    finding: 'fnd_1',
    rule: 'aws-key',
    title: 'AWS key in a File',
    severity: 'high',
    location: { kind: 'file', path: 'src/App/settings.py' },
  },
};

test.each([
  ['', true],
  ['severity:high,critical', true],
  ['severity:critical', false],
  ['severity:>=medium', true],
  ['severity:<high', false],
  ['severity:low..high', true],
  ['-severity:high', false],
  ['rule:aws-key task:secrets-scan', true],
  ['rule:aws', false],
  ['title:"aws KEY"', true],
  ['path:app/settings', true],
  ['path:test', false],
  ['settings.py', true],
  ['aws', true],
  ['nothing.py', false],
  ['-aws', false],
  ['actor:usr_1', true],
])('finding.created %j: %s', (query, expected) => {
  expect(matcherOf({ type: 'finding.created', query })(finding)).toBe(expected);
});

test('an event of another type, and data that is not there, match nothing', () => {
  expect(matcherOf({ type: 'finding.fixed', query: null })(finding)).toBe(false);
  expect(matcherOf({ type: 'finding.created', query: 'severity:high' })({ ...finding, data: {} })).toBe(
    false,
  );
});

test('numbers and inner fields', () => {
  const counts = { new: 3, seen: 0, reopened: 0, fixed: 0, problems: 0, critical: 1, high: 2 };
  const event = {
    ...finding,
    type: 'run.ended',
    data: { status: 'failed', counts, error: { code: 'x', message: 'y' } },
  };
  const matches = (query: string) => matcherOf({ type: 'run.ended', query })(event);
  expect(matches('status:failed counts-new:>2')).toBe(true);
  expect(matches('counts-critical:2..')).toBe(false);
  expect(matches('error-code:x')).toBe(true);
  expect(matches('status:done')).toBe(false);
});

test.each([
  ['finding.created', 'sevrity:high', 'invalid-query', /severity/],
  ['finding.created', 'severity:hihg', 'invalid-query', /high/],
  ['finding.created', 'severity:', 'invalid-query', /value/],
  ['run.ended', 'counts-new:many', 'invalid-query', /number/],
  ['finding.create', null, 'invalid-parameter', /finding\.created/],
  ['audit.recorded', null, 'invalid-parameter', /no event/],
  ['trigger.stopped', null, 'invalid-parameter', /no event/],
])('refuses %s %j', (type, query, code, message) => {
  expect(() => matcherOf({ type, query })).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test('inputs may look at the event and at nothing else', () => {
  const spec = (value: string) => ({ type: 'finding.created', query: null, inputs: { a: { b: [value] } } });
  expect(() => checkEventTrigger(spec('${{ event.data.rule }} of ${{ event.task }}'))).not.toThrow();
  for (const value of ['${{ secrets.X }}', '${{ steps.a.output }}', '${{ event. }}', '${{ inputs.x }}'])
    expect(() => checkEventTrigger(spec(value)), value).toThrow(
      expect.objectContaining({
        code: 'invalid-expression',
        fields: [expect.objectContaining({ field: 'inputs.a.b.0' })],
      }),
    );
});

test('every event that starts something has keys', () => {
  expect(TRIGGER_EVENT_TYPES).toContain('workflow-run.ended');
  for (const type of TRIGGER_EVENT_TYPES)
    expect(Object.keys(eventKeys(type)).length, type).toBeGreaterThan(1);
});
