import { accessChanged } from '../../access/access-version.ts';
import { newId } from '../../lib/ids.ts';
import { hasEnded, type RunStatus } from '../../model/run.ts';
import { openStore } from '../../store/open.ts';
import { configOf, type GlobalOptions } from '../globals.ts';

export interface ThrowAwayProject extends AsyncDisposable {
  id: string;
  whenEnded(run: string): Promise<void>;
}

const WAIT_MS = 30_000;

/** A project beside the real ones; everything in it is removed at the end. Its events stay: the log is never cut. */
export async function throwAwayProject(options: GlobalOptions): Promise<ThrowAwayProject> {
  const { config } = configOf(options);
  const store = await openStore({ dataDir: config.dataDir, databaseUrl: config.databaseUrl });
  const id = newId('prj');
  const project = { id, slug: `test-${id.slice(-8)}`, name: 'Test of the server', created: Date.now() };
  await store.write({ lane: 'interactive' }, async (write) => {
    await write.tx.insertInto('project').values(project).execute();
    await accessChanged(write);
  });
  return {
    id,
    async whenEnded(run) {
      for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
        const row = await store.db
          .selectFrom('run')
          .select('status')
          .where('id', '=', run)
          .executeTakeFirst();
        if (!row || hasEnded(row.status as RunStatus)) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async [Symbol.asyncDispose]() {
      await store.write({ lane: 'interactive' }, async (write) => {
        const { tx } = write;
        const runs = tx.selectFrom('run').select('id').where('project', '=', id);
        await tx.deleteFrom('run_log').where('run', 'in', runs).execute();
        for (const table of ['problem', 'coverage', 'artifact', 'scope_entry', 'run', 'asset'] as const)
          await tx.deleteFrom(table).where('project', '=', id).execute();
        await tx.deleteFrom('project').where('id', '=', id).execute();
        await accessChanged(write);
      });
      await store.close();
    },
  };
}
