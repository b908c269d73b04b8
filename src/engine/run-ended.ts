import type { Merged } from '../findings/imports/receipt.ts';
import type { RunCounts, RunStatus } from '../model/run.ts';
import type { RunRow } from '../store/runs.ts';
import type { WriteContext } from '../store/store.ts';

/** What else is stored in the transaction in which a run ends: the step of a workflow that it did. */
export type RunEnded = (
  context: WriteContext,
  row: RunRow,
  end: {
    status: RunStatus;
    output: unknown;
    error: { code: string; message: string } | null;
    counts?: RunCounts;
    /** Of an import that reached its end here. */
    merged?: Merged;
  },
) => Promise<void>;
