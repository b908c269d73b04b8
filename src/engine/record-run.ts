import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import type { SentinelError } from '../lib/errors.ts';
import type { Location } from '../model/location.ts';
import { createLanes } from '../store/lanes.ts';
import type { RunRow } from '../store/runs.ts';
import { asError } from './as-error.ts';
import type { RunElsewhere } from './elsewhere.ts';
import type { EngineOptions } from './engine.ts';
import { type createImports, IMPORT_FINDINGS } from './import-receiver.ts';
import { type Checked, isLight } from './new-run.ts';
import { performRun } from './perform-run.ts';
import type { RunEnded } from './run-ended.ts';
import { createRecorder } from './run-recorder.ts';
import { withSecrets } from './run-secrets.ts';
import { removeScratch } from './scratch.ts';
import type { Target } from './targets.ts';

type Recorder = ReturnType<typeof createRecorder>;

/** Does a run that has begun, here or elsewhere, and records how it ended. */
export function createPerform(
  options: EngineOptions,
  parts: { imports: ReturnType<typeof createImports>; runEnded: RunEnded; closing(): boolean },
) {
  const { store } = options;
  /** Tasks without powers share few processes: more at a time would only start more of them. */
  const seats = createLanes(availableParallelism());

  return perform;

  async function perform(
    row: RunRow,
    {
      checked,
      refusal,
      signal,
      elsewhere,
    }: {
      checked: Checked | undefined;
      refusal: SentinelError | null;
      signal: AbortSignal;
      elsewhere?: RunElsewhere | undefined;
    },
  ): Promise<void> {
    const { id } = row;
    const target = checked?.target ?? null;
    const recorder = createRecorder({
      store,
      row,
      key: options.key,
      rules: checked?.task.rules ?? {},
      imports: checked?.task.imports ?? false,
      limits: checked?.task.imports
        ? { ...options.limits, findings: Math.max(options.limits.findings, IMPORT_FINDINGS) }
        : options.limits,
      placeGone: (at) => fileGone(target, at),
      runEnded: parts.runEnded,
    });
    if (!checked) {
      await recorder.finish({ status: 'failed', output: null, error: refusal });
      return;
    }
    const end = await performAs(row, { checked, recorder, signal, elsewhere }).finally(async () => {
      // Before the run is seen to have ended: whoever sees that may rely on nothing being left.
      if (target?.upload) await removeScratch(options.dataDir, id);
    });
    await recorder.finish(isInterrupted(end) ? { ...end, status: 'interrupted' } : end);
  }

  /** It is no end of the task that we stop, or that the database or the worker went away under it. */
  function isInterrupted(end: Awaited<ReturnType<typeof performRun>>): boolean {
    if (end.status === 'cancelled') return parts.closing();
    const code = end.error?.code;
    return end.status === 'failed' && (code === 'store-unavailable' || code === 'worker-lost');
  }

  async function performAs(
    row: RunRow,
    {
      checked,
      recorder,
      signal,
      elsewhere,
    }: {
      checked: Checked;
      recorder: Recorder;
      signal: AbortSignal;
      elsewhere: RunElsewhere | undefined;
    },
  ): ReturnType<typeof performRun> {
    const { task, target } = checked;
    try {
      const params = await withSecrets(row, options.readSecret, recorder.masker);
      const perform = () =>
        performRun(options, {
          row: { ...row, params },
          task,
          target,
          recorder,
          receive: task.imports ? parts.imports.receiver(row, recorder) : undefined,
          signal,
          elsewhere,
        });
      return isLight(task) && !elsewhere ? await seats('run', perform) : await perform();
    } catch (error) {
      if (signal.aborted) return { status: 'cancelled', output: null, error: null };
      return { status: 'failed', output: null, error: asError(error) };
    }
  }
}

function fileGone(target: Target | null, at: Location): boolean {
  if (!target?.path || at.kind !== 'file' || at.commit !== undefined) return false;
  const inTarget = join(target.path, at.path);
  return !existsSync(inTarget) && !existsSync(join(dirname(target.path), at.path));
}
