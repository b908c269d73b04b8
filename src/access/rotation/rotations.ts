import type { WriteContext } from '../../store/store.ts';
import { beginRotation, type RotationParts, workOnRotation } from './rotate.ts';
import { type EndedRotation, type RunningRotation, readEnded, readRunning } from './state.ts';

/** How often a server looks for what a process that died has left. */
const LOOK_MS = 15_000;

export interface Rotations {
  /** In the transaction of whoever asks; `work` when it is stored. */
  begin(context: Pick<WriteContext, 'tx'>, actor: string): Promise<RunningRotation>;
  work(): void;
  /** The one that is under way, and the last that was completed. */
  state(): Promise<{ running: RunningRotation | undefined; ended: EndedRotation | undefined }>;
  close(): Promise<void>;
}

/** Changes of keys, in the background of the process that was asked, or of a server that finds one which nobody works on. */
export function openRotations(
  parts: RotationParts & { server: boolean; failed(error: unknown): void },
): Rotations {
  const { store, keys, server, failed } = parts;
  const ending = new AbortController();
  let working: Promise<unknown> | undefined;

  function work(): void {
    working ??= workOnRotation(parts, ending.signal)
      .catch(failed)
      .finally(() => {
        working = undefined;
      });
  }

  if (server) work();
  const timer = server ? setInterval(work, LOOK_MS).unref() : undefined;
  return {
    begin: (context, actor) => beginRotation(context, keys, actor),
    work,
    async state() {
      // In this order: one that ends in between is seen as ended, and not as none.
      const running = await readRunning(store.db);
      return { running, ended: await readEnded(store.db) };
    },
    async close() {
      clearInterval(timer);
      // A command began it and is at its end: nobody else may come for long.
      if (!server) await working;
      ending.abort();
      await working;
    },
  };
}
