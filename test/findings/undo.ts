import { workOn } from '../../src/findings/lifecycle/change-job.ts';
import type { Store } from '../../src/store/store.ts';
import { PROJECT, type Scanned } from './scan.ts';

const NEVER = new AbortController().signal;

/** What `imports.undo` begins with: the scan as an import with its receipt, and that it is being undone. */
export async function beginUndo(store: Store, { run, changeSet = '' }: Scanned): Promise<string> {
  await store.write({ lane: 'run' }, async ({ tx }) => {
    const at = { project: PROJECT, actor: 'tester', created: 1, run };
    await tx
      .insertInto('import_receipt')
      .values({
        ...at,
        file: null,
        name: 'report.json',
        format: 'sarif',
        tools: '[]',
        sha256: '',
        size: 1,
        receipt: JSON.stringify({
          receipt: { parsed: 1, new: 1, matched: 0, reopened: 0, closed: 0, skipped: 0 },
          skips: [],
          verdicts: null,
          undo: null,
        }),
        undone: null,
        undone_by: null,
      })
      .execute();
    const counts = { total: 1, done: 1, changed: 1, skipped: '[]' };
    await tx
      .insertInto('change_set')
      .values({
        ...at,
        ...counts,
        id: changeSet,
        kind: 'import',
        ended: null,
        status: 'undoing',
        query: null,
        action: '{}',
        error: null,
        undone: null,
        undone_by: 'usr_ben',
      })
      .execute();
  });
  return changeSet;
}

export async function undoScan(store: Store, scanned: Scanned): Promise<void> {
  const id = await beginUndo(store, scanned);
  await workOn({ store, worker: 'ins_test', lives: async () => true, comments: async () => [] }, id, NEVER);
}
