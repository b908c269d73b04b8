import type { SystemState } from '../../api/system-api.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

export interface HealthFact {
  id: 'database' | 'disk' | 'queue' | 'steps' | 'workers' | 'versions';
  verdict: Verdict;
}

const LOW_DISK_BYTES = 1024 ** 3;
const FULL_DISK_BYTES = 50 * 1024 ** 2;

/** What the numbers mean; the same limits as `doctor` has. */
export function healthFacts(state: SystemState): HealthFact[] {
  const { disk, steps, processes } = state;
  const facts: HealthFact[] = [
    { id: 'database', verdict: 'ok' },
    {
      id: 'disk',
      verdict: disk.freeBytes < FULL_DISK_BYTES ? 'fail' : disk.freeBytes < LOW_DISK_BYTES ? 'warn' : 'ok',
    },
    { id: 'steps', verdict: steps.unmet > 0 ? 'warn' : 'ok' },
    { id: 'workers', verdict: processes.servers + processes.workers > 0 ? 'ok' : 'warn' },
    { id: 'versions', verdict: processes.versions.length > 1 ? 'warn' : 'ok' },
  ];
  if (steps.queueUp !== null) facts.push({ id: 'queue', verdict: steps.queueUp ? 'ok' : 'fail' });
  return facts;
}

export function worstOf(facts: readonly HealthFact[]): Verdict {
  return (
    (['fail', 'warn'] as const).find((verdict) => facts.some((fact) => fact.verdict === verdict)) ?? 'ok'
  );
}
