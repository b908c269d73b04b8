import { expect, test } from 'vitest';
import { definitionOf, stepOf } from '../../../test/workflows/trigger-world.ts';
import { emptyChanges } from '../engine/load.ts';
import { type Entry, newEntry, type RunState } from './run-state.ts';
import { AHEAD_MS, clockSetBack, runClockSetBack } from './set-back.ts';

const NOW = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

function stateWith(until: string): { state: RunState; entry: Entry } {
  const entry: Entry = {
    ...newEntry('pause', 'steps'),
    status: 'waiting',
    waitsFor: 'time',
    started: NOW + HOUR_MS,
    due: NOW + HOUR_MS + 500,
  };
  const definition = definitionOf({
    steps: [stepOf({ name: 'pause', wait: { until, event: null, timeout: null } })],
  });
  const state = { definition, started: NOW + HOUR_MS, deadline: NOW + 2 * HOUR_MS, ended: null };
  return { state: { ...state, ...emptyChanges() } as unknown as RunState, entry };
}

test('what is left of a wait is counted from now when the clock was set back', () => {
  const { state, entry } = stateWith('500ms');
  clockSetBack(state, entry, NOW);
  expect(entry).toMatchObject({ due: NOW + 500, started: NOW });
  expect(state.touched).toContain(entry);
  runClockSetBack(state, NOW);
  expect(state).toMatchObject({ deadline: NOW + HOUR_MS, started: NOW });
});

test('a moment stays a moment, and clocks of hosts may differ a little', () => {
  for (const until of ['2027-01-15T09:00:00Z', '${' + '{ inputs.when }}']) {
    const { state, entry } = stateWith(until);
    const { due } = entry;
    clockSetBack(state, entry, NOW);
    expect(entry.due).toBe(due);
  }
  const { state, entry } = stateWith('500ms');
  clockSetBack(state, entry, NOW + HOUR_MS - AHEAD_MS + 1);
  expect(entry.due).toBe(NOW + HOUR_MS + 500);
});
