import { expect, test } from 'vitest';
import type { Run } from '../../api/types.ts';
import type { LiveEvent } from '../../live/socket.ts';
import { gatherTimeline } from './timeline-facts.ts';
import { timelineOf } from './timeline-rows.ts';

const event = (time: number, type: string, data: object = {}) =>
  ({ type, data, time, cursor: `${time}` }) as LiveEvent;
const run = (change: Partial<Run>) =>
  ({ created: 1000, started: null, ended: null, status: 'queued', ...change }) as Run;
const told = (...events: readonly LiveEvent[]) => {
  const timeline = gatherTimeline();
  for (const one of events) timeline.apply(one);
  return timeline.facts();
};
const told1 = told(
  event(1000, 'run.created'),
  event(1400, 'run.started'),
  event(1500, 'run.progress', { done: 0, total: 10, note: 'Reading' }),
  event(1700, 'run.progress', { done: 4, total: 10, note: 'Reading' }),
  event(2000, 'finding.created', { finding: 'fnd_1', title: 'A key' }),
  event(2000, 'findings.seen', { count: 2, findings: ['fnd_1', 'fnd_2'] }),
  event(2200, 'run.progress', { done: 5, total: 10, note: 'Looking' }),
  event(2300, 'run.problem', { at: 'a', code: 'c', message: 'Too large' }),
  event(2400, 'run.artifact', { artifact: 'art_1', name: 'list.json', size: 1 }),
  event(2500, 'run.cancelling'),
  event(3000, 'finding.seen', { finding: 'fnd_3', title: 'Late' }),
  event(3400, 'finding.fixed', { finding: 'fnd_9', title: 'Gone' }),
  event(3500, 'run.ended', { status: 'cancelled' }),
  event(9000, 'finding.reopened', { finding: 'fnd_4', title: 'By a person, later' }),
);

test('what happened stands in its order, each with how long it took', () => {
  const { rows, hidden, strip } = timelineOf(
    run({ started: 1400, ended: 3500, status: 'cancelled' }),
    told1,
    99_999,
  );
  expect(rows.map(({ kind, from, to, text }) => [kind, from, to - from, text])).toEqual([
    ['queued', 1000, 400, ''],
    ['ran', 1400, 2100, ''],
    ['step', 1500, 700, 'Reading'],
    ['first', 2000, 0, 'A key'],
    ['found', 2000, 1000, ''],
    ['step', 2200, 1300, 'Looking'],
    ['problem', 2300, 0, 'Too large'],
    ['artifact', 2400, 0, 'list.json'],
    ['asked', 2500, 1000, ''],
    ['ended', 3500, 0, ''],
  ]);
  expect(rows.find(({ kind }) => kind === 'step')).toMatchObject({ done: 4, total: 10 });
  expect(rows.find(({ kind }) => kind === 'found')).toMatchObject({ count: 3 });
  expect(rows.at(-1)).toMatchObject({ kind: 'ended', count: 1 });
  expect(hidden).toBe(0);
  expect(strip.reduce((sum, one) => sum + one, 0)).toBe(3);
  expect([strip[24], strip[48]]).toEqual([2, 1]);
});

test('while it waits and while it runs, what is open lasts until now', () => {
  const waiting = timelineOf(run({}), told(event(1000, 'run.created')), 5000);
  expect(waiting.rows).toMatchObject([{ kind: 'queued', from: 1000, to: 5000, open: true }]);
  const facts = told(
    event(1400, 'run.started'),
    event(1500, 'run.progress', { done: 1, total: null, note: null }),
  );
  const running = timelineOf(run({ started: 1400, status: 'running' }), facts, 6000);
  expect(running.rows).toMatchObject([
    { kind: 'queued', to: 1400, open: false },
    { kind: 'ran', to: 6000, open: true },
    { kind: 'step', to: 6000, open: true, text: '' },
  ]);
});

test('of many steps the longest are shown, and the one that goes on', () => {
  const steps = Array.from({ length: 40 }, (_, at) =>
    event(2000 + at * 10 + (at > 20 ? 5000 : 0), 'run.progress', { done: at, total: 40, note: `file ${at}` }),
  );
  const facts = told(event(1400, 'run.started'), ...steps);
  const { rows, hidden } = timelineOf(run({ started: 1400, status: 'running' }), facts, 7391, 5);
  const shown = rows.filter(({ kind }) => kind === 'step').map(({ text }) => text);
  expect(shown).toContain('file 20');
  expect(shown.at(-1)).toBe('file 39');
  expect(shown.length + hidden).toBe(40);
  expect(timelineOf(run({ started: 1400 }), facts, 7400, 99).hidden).toBe(0);
});
