import { storeReceipt } from '../findings/imports/store-receipt.ts';
import { createVerdicts, type Verdict } from '../findings/imports/verdicts.ts';
import type { RunRow } from '../store/runs.ts';
import type { Store } from '../store/store.ts';
import { assetOf } from './asset.ts';
import { assetNamed } from './import-asset.ts';
import type { WireEvent } from './isolation/messages.ts';
import type { RunEnded } from './run-ended.ts';
import type { createRecorder } from './run-recorder.ts';

/** The task whose runs are imports. */
export const IMPORT_TASK = 'import';
/** Of an import: a report of 500 MB may hold more findings than a scan is expected to. */
export const IMPORT_FINDINGS = 10_000_000;

export type Imports = ReturnType<typeof createImports>;

/** What only imports do: they learn from the report what it is about, decide about known findings, and leave a receipt. */
export function createImports(store: Store) {
  const verdictsOf = new Map<string, ReturnType<typeof createVerdicts>>();

  /** Takes from the events of the run what the recorder does not know. */
  function receiver(row: RunRow, recorder: ReturnType<typeof createRecorder>) {
    const named = (JSON.parse(row.params) as { asset?: unknown }).asset !== undefined;
    const verdicts = createVerdicts({
      dialect: store.dialect,
      project: row.project,
      actor: row.principal,
      run: row.id,
      asset: named ? row.asset : null,
    });
    verdictsOf.set(row.id, verdicts);
    let about = named;

    async function setAsset(name: string): Promise<void> {
      if (about) return;
      about = true;
      const asset = await assetNamed(store.db, row.project, name);
      const id = await recorder.owned(async ({ tx }) => {
        const found = await assetOf(tx, row.project, { asset });
        await tx.updateTable('run').set({ asset: found }).where('id', '=', row.id).execute();
        return found;
      });
      recorder.setAsset(id);
    }

    return async (list: readonly WireEvent[]): Promise<void> => {
      const rest: WireEvent[] = [];
      const said: Verdict[] = [];
      for (const event of list) {
        if (event.type === 'asset') await setAsset(event.name);
        else if (event.type === 'verdict') said.push(event);
        else rest.push(event);
      }
      for (const verdict of said)
        await recorder.owned((write) => verdicts.apply(write, verdict), { label: 'import.verdict' });
      await recorder.events(rest);
    };
  }

  /** The receipt is stored with the end of its run, whichever way that comes. */
  function withReceipt(then: RunEnded | undefined): RunEnded {
    return async (context, row, end) => {
      if (row.task === IMPORT_TASK) {
        await storeReceipt(context.tx, {
          run: row,
          output: end.output,
          counts: end.counts ?? JSON.parse(row.counts),
          verdicts: verdictsOf.get(row.id)?.result(),
          merged: end.merged,
        });
        context.afterCommit(() => verdictsOf.delete(row.id));
      }
      await then?.(context, row, end);
    };
  }

  return { receiver, withReceipt };
}
