import type { createMasker } from '../findings/masker.ts';
import type { RunCounts } from '../model/run.ts';
import { bulkInsert } from '../store/bulk.ts';
import type { RunRow } from '../store/runs.ts';
import type { Store, WriteContext } from '../store/store.ts';
import type { WireEvent } from './isolation/messages.ts';
import { saveRules } from './save-rules.ts';

export interface OtherEventsOptions {
  dialect: Store['dialect'];
  row: RunRow;
  masker: ReturnType<typeof createMasker>;
  masked<T>(value: T): T;
  /** Its problems are counted here. */
  counts: RunCounts;
}

/** Rows of what a run reports besides findings: problems, what it looked at, rules. */
export function createOtherEvents({ dialect, row, masker, masked, counts }: OtherEventsOptions) {
  let covered = 0;

  return async function storeOther(context: WriteContext, event: WireEvent): Promise<void> {
    if (event.type === 'problem') await storeProblem(context, event);
    else if (event.type === 'covered') await storeCoverage(context, event);
    else if (event.type === 'rule')
      await saveRules(context.tx, event.tool ?? row.task, { [event.id]: masked(event.text) });
  };

  async function storeProblem(
    { tx, emit }: WriteContext,
    event: Extract<WireEvent, { type: 'problem' }>,
  ): Promise<void> {
    const problem = { at: masker.mask(event.at), code: event.code, message: masker.mask(event.message) };
    counts.problems += 1;
    await bulkInsert(tx, dialect, {
      table: 'problem',
      columns: { run: 'text', seq: 'int', project: 'text', at: 'text', code: 'text', message: 'text' },
      rows: [{ run: row.id, seq: counts.problems, project: row.project, ...problem }],
    });
    const envelope = { project: row.project, actor: row.principal, subject: row.id, run: row.id };
    emit({ ...envelope, type: 'run.problem', data: problem });
  }

  async function storeCoverage(
    { tx }: WriteContext,
    event: Extract<WireEvent, { type: 'covered' }>,
  ): Promise<void> {
    covered += 1;
    await tx
      .insertInto('coverage')
      .values({
        run: row.id,
        seq: covered,
        project: row.project,
        scope: JSON.stringify(masked(event.at)),
        rules: JSON.stringify(event.rules ?? null),
        tool: event.tool ?? null,
      })
      .execute();
  }
}
