/** Works on a bulk change of findings until it is killed, and says how far it is after each batch. */
import { writeSync } from 'node:fs';
import { workOn } from '../../src/findings/lifecycle/change-job.ts';
import { openStore } from '../../src/store/open.ts';

const [change = '', dataDir = '', databaseUrl] = process.argv.slice(2);
const store = await openStore({ dataDir, databaseUrl });
const told = setInterval(async () => {
  const row = await store.db
    .selectFrom('change_set')
    .select(['done', 'status'])
    .where('id', '=', change)
    .executeTakeFirst();
  const undone = await store.db
    .selectFrom('change_item')
    .select((e) => e.fn.countAll().as('count'))
    .where('change_set', '=', change)
    .where('state', '=', 'undone')
    .executeTakeFirst();
  writeSync(1, `${row?.status} ${row?.done} ${undone?.count}\n`);
}, 2);
const parts = { store, worker: 'ins_child', lives: async () => true, comments: async () => [] };
await workOn(parts, change, new AbortController().signal);
clearInterval(told);
await store.close();
