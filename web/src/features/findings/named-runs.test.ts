import { expect, test } from 'vitest';
import { runsIn } from './named-runs.ts';

const RUN = 'run_01a21629-48ed-7000-b494-009fc3843bb9';

test('runs that a query names by their ids, without those that are left out', () => {
  expect(runsIn(`first-run:${RUN} severity:high -run:${RUN} run:last,${RUN}`)).toEqual([
    { key: 'first-run', run: RUN },
    { key: 'run', run: RUN },
  ]);
  expect(runsIn('words')).toEqual([]);
});
