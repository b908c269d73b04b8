export type Verdict = 'ok' | 'warn' | 'fail';

/** What one check found, and what to do when it is not well. */
export interface Check {
  name: string;
  verdict: Verdict;
  detail: string;
  advice?: string;
}

export function ok(name: string, detail: string): Check {
  return { name, verdict: 'ok', detail };
}

export function warn(name: string, detail: string, advice: string): Check {
  return { name, verdict: 'warn', detail, advice };
}

export function fail(name: string, detail: string, advice: string): Check {
  return { name, verdict: 'fail', detail, advice };
}
