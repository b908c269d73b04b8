/**
 * Opens a store and, when told `write`, commits numbered rows with an event each until it is killed. It prints a number only
 * after its commit was acknowledged, or the code of the error that stopped it.
 */
import { writeSync } from 'node:fs';
import { SentinelError } from '../../src/lib/errors.ts';
import { openStore } from '../../src/store/open.ts';

const [mode, dataDir = '', databaseUrl] = process.argv.slice(2);
try {
  const store = await openStore({ dataDir, databaseUrl });
  for (let n = 1; mode === 'write'; n++) {
    await store.write({ lane: 'run' }, async ({ tx, emit }) => {
      await tx
        .insertInto('meta')
        .values({ key: `row-${n}`, value: String(n) })
        .execute();
      emit({
        type: 'run.cancelling',
        project: 'prj_default',
        actor: 'system',
        subject: `row-${n}`,
        data: {},
      });
    });
    writeSync(1, `${n}\n`);
  }
  await store.close();
  writeSync(1, 'opened\n');
} catch (error) {
  writeSync(1, `${error instanceof SentinelError ? error.code : String(error)}\n`);
}
