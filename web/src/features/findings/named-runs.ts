import { termsOf } from './query-text.ts';

const KEYS = ['first-run', 'run'] as const;
type Key = (typeof KEYS)[number];

interface NamedRun {
  key: Key;
  run: string;
}

/** As many as people write by hand: more are a list that words make no clearer. */
const MOST = 3;

/** The runs that a query names by their ids. */
export function runsIn(q: string): NamedRun[] {
  return termsOf(q)
    .flatMap(({ not, key, text }) => {
      const known = KEYS.find((one) => one === key);
      if (!known || not) return [];
      return text
        .split(',')
        .filter((run) => /^run_[0-9a-f-]{36}$/.test(run))
        .map((run) => ({ key: known, run }));
    })
    .slice(0, MOST);
}
