import * as z from 'zod';
import { setsOf } from '../findings/imports/undo-job.ts';
import { getChange } from '../findings/lifecycle/change-sets.ts';
import { SentinelError } from '../lib/errors.ts';
import { ENDED_STATUSES } from '../model/run.ts';
import { ChangeSet, toChangeSet } from './change-shapes.ts';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

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
  status: 202,
  output: ChangeSet,
  cli: 'findings undo',
  async handler(context, { path }) {
    const { services, caller } = context;
    const { store } = services;
    const { project } = caller;
    const row = await store.db
      .selectFrom('import_receipt as i')
      .innerJoin('run as r', 'r.id', 'i.run')
      .select(['i.run', 'i.undone', 'r.status'])
      .where('i.run', '=', path.run)
      .where('i.project', '=', project)
      .executeTakeFirst();
    if (!row) throw new SentinelError('not-found', `There is no import ${path.run} that has ended.`);
    if (!(ENDED_STATUSES as readonly string[]).includes(row.status))
      throw new SentinelError('in-use', 'The import still runs: cancel it first.');
    if (row.undone !== null)
      throw new SentinelError('not-possible-now', 'The import has been undone already.');
    const [change] = await setsOf(store.db, { run: row.run, project });
    if (change === undefined)
      throw new SentinelError(
        'not-possible-now',
        'The import changed nothing: there is nothing to take back.',
      );
    await context.change(async ({ tx }) => {
      const undoing = await tx
        .updateTable('change_set')
        .set({ status: 'undoing', undone_by: caller.id, ended: null, worker: null, lease: null })
        .where('id', '=', change)
        .where('status', 'not in', ['undoing', 'undone'])
        .returning('changed')
        .executeTakeFirst();
      if (!undoing) throw new SentinelError('not-possible-now', 'The import is being undone.');
      context.audit({ subject: row.run, after: { change, undone: undoing.changed } });
    });
    services.lifecycle.work(change);
    return toChangeSet(store.db, await getChange(store.db, { id: change, project }));
  },
});
