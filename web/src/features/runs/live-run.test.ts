import { expect, test } from 'vitest';
import type { LiveEvent, LiveSocket } from '../../live/socket.ts';
import { followRun } from './live-run.ts';

test('findings that come many in one event are counted once, and their rows are asked for', async () => {
  let tell: (events: readonly LiveEvent[]) => void = () => {};
  const socket = {
    subscribe: (_stream: string, { onEvents }: { onEvents: typeof tell }) => {
      tell = onEvents;
      return () => {};
    },
  } as unknown as LiveSocket;
  const run = followRun(socket, 'run_1');
  const drawn = new Promise<void>((resolve) => run.watch(resolve));
  const stop = run.start();
  const event = (type: string, data: unknown) => ({ type, data, time: 1, cursor: '1' }) as LiveEvent;
  const row = { rule: 'r', title: 't', location: { kind: 'file', path: 'a' } };
  tell([
    event('finding.created', { ...row, finding: 'fnd_1', severity: 'high' }),
    event('findings.seen', { count: 3, findings: ['fnd_1', 'fnd_2', 'fnd_3'] }),
    event('findings.seen', { count: 1, findings: ['fnd_3'] }),
  ]);
  await drawn;
  stop();
  const { counts, untold, gaps, findings } = run.state();
  expect({ new: counts.new, seen: counts.seen, untold, rows: findings.length }).toEqual({
    new: 1,
    seen: 2,
    untold: 2,
    rows: 1,
  });
  expect(gaps).toBeGreaterThan(0);
});
