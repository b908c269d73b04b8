import { workflowRunCancel } from '../../operations/workflow-run-changes.ts';
import { shortId } from '../run/findings-table.ts';
import type { Session } from '../session.ts';
import { onStop } from '../signals.ts';

/** The first Ctrl-C cancels the run and waits for what cleans up; the second ends everything at once. */
export function cancelOnSignal(session: Session): { watch(id: string): void; off(): void } {
  let run: string | undefined;
  let asked = false;
  const cancel = () => {
    if (run !== undefined && asked)
      session.call(workflowRunCancel, { path: { id: run }, body: {} }).catch(() => undefined);
  };
  const off = onStop(
    () => {
      process.stderr.write('\rcancelling … (once more to end at once)\n');
      asked = true;
      cancel();
    },
    () => {
      if (run !== undefined) process.stderr.write(`\r${leftText(session, run)}\n`);
      process.exit(130);
    },
  );
  return {
    off,
    /** The run exists now; a signal may have come before. */
    watch(id) {
      run = id;
      cancel();
    },
  };
}

/** What cleans up has perhaps not run yet when the second signal comes. */
function leftText(session: Session, run: string): string {
  const id = shortId(run);
  return session.place.kind === 'embedded'
    ? `the run ${id} has perhaps not ended; sentinelx workflow resume ${id} does the rest`
    : `the server goes on with the run ${id}: sentinelx workflow status ${id}`;
}
