import * as z from 'zod';
import { StoredReceipt, Undone } from '../findings/imports/receipt.ts';
import { undoImport } from '../findings/imports/undo.ts';
import { SentinelError } from '../lib/errors.ts';
import { ENDED_STATUSES } from '../model/run.ts';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

/** Two undos of one import at a time would count the same twice. */
const underWay = new Set<string>();

export const importUndo = defineOperation({
  id: 'imports.undo',
  summary:
    'Take back an import as a whole: what it had found is removed, what it changed is as before, what it closed is open; what was changed since stays',
  method: 'POST',
  path: '/imports/{run}/undo',
  permission: 'finding:import',
  audited: true,
  pathParams: z.object({ run: z.string().max(100) }),
  query: NONE,
  body: NO_BODY,
  output: z.object({ run: z.string(), undo: Undone }),
  cli: 'findings undo',
  async handler(context, { path }) {
    const { services, caller } = context;
    const { store } = services;
    const { project } = caller;
    const row = await store.db
      .selectFrom('import_receipt as i')
      .innerJoin('run as r', 'r.id', 'i.run')
      .select(['i.run', 'i.receipt', 'i.undone', 'r.status'])
      .where('i.run', '=', path.run)
      .where('i.project', '=', project)
      .executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `There is no import ${path.run} that has ended.`);
    if (!(ENDED_STATUSES as readonly string[]).includes(row.status))
      throw new SentinelError('conflict', 'The import still runs: cancel it first.');
    if (row.undone !== null) throw new SentinelError('conflict', 'The import has been undone already.');
    if (underWay.has(row.run)) throw new SentinelError('conflict', 'The import is being undone.');
    underWay.add(row.run);
    try {
      const undo = await undoImport(store, { project, actor: caller.id, run: row.run });
      await context.change(async ({ tx, emit }) => {
        const stored = StoredReceipt.parse(JSON.parse(row.receipt));
        const kept = undo.kept.reduce((total, { count }) => total + count, 0);
        const { numUpdatedRows } = await tx
          .updateTable('import_receipt')
          .set({
            receipt: JSON.stringify({ ...stored, undo }),
            undone: Date.now(),
            undone_by: caller.id,
          })
          .where('run', '=', row.run)
          .where('undone', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) throw new SentinelError('conflict', 'The import has been undone already.');
        await tx
          .updateTable('change_set')
          .set({ status: 'undone', undone: Date.now(), undone_by: caller.id })
          .where('run', '=', row.run)
          .where('kind', '=', 'import')
          .execute();
        const { removed, restored } = undo;
        context.audit({ subject: row.run, after: { removed, restored, kept } });
        emit({
          type: 'import.undone',
          project,
          actor: caller.id,
          subject: row.run,
          run: row.run,
          data: { removed, restored, kept },
        });
      });
      return { run: row.run, undo };
    } finally {
      underWay.delete(row.run);
    }
  },
});
