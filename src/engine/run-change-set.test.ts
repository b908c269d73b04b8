import { expect, test } from 'vitest';
import { inFile, onBothStores, PROJECT, scan } from '../../test/findings/scan.ts';
import type { RunRow } from '../store/runs.ts';
import { interrupt } from './instance.ts';
import { createRunChangeSet } from './run-change-set.ts';

const COUNTS = {
  ...{ new: 2, seen: 0, reopened: 0, fixed: 0, problems: 0 },
  ...{ critical: 0, high: 0, medium: 2, low: 0, info: 0 },
};

onBothStores('the change set of an import', (store) => {
  const changes = () =>
    store().db.selectFrom('change_set').selectAll().where('kind', '=', 'import').execute();

  async function beginImport(): Promise<RunRow> {
    const { run, changeSet } = await scan(store(), [inFile('a.ts', 1), inFile('b.ts', 1)], { imports: true });
    return store().write({ lane: 'run' }, async (context) => {
      const row = await context.tx
        .insertInto('run')
        .values({
          ...{ id: run, project: PROJECT, task: 'findings.import', task_version: 1, status: 'running' },
          ...{ params: '{}', target: null, asset: null, principal: 'usr_anna', instance: null, fence: 1 },
          ...{
            created: 1,
            started: 1,
            ended: null,
            progress: null,
            counts: JSON.stringify(COUNTS),
            output: null,
          },
          ...{ error_code: null, error_message: null, rerun_of: null },
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      const set = createRunChangeSet(row);
      await set.store(context);
      await context.tx
        .updateTable('change_item')
        .set({ change_set: set.id })
        .where('change_set', '=', changeSet ?? '')
        .execute();
      return row;
    });
  }

  test('has failed when its run is interrupted, with what there is to undo', async () => {
    const row = await beginImport();
    expect(await changes()).toMatchObject([{ status: 'running', ended: null, changed: 0 }]);
    await interrupt(store(), row, {});
    expect(await changes()).toMatchObject([
      {
        status: 'failed',
        ended: expect.any(Number),
        changed: 2,
        total: 2,
        error: expect.stringContaining('ended'),
      },
    ]);
  });

  test('is left alone when another process goes on with the run', async () => {
    const row = await beginImport();
    await store().write({ lane: 'run' }, ({ tx }) =>
      tx.updateTable('run').set({ fence: 2 }).where('id', '=', row.id).execute(),
    );
    await interrupt(store(), row, {});
    expect(await changes()).toMatchObject([{ status: 'running' }]);
  });
});
