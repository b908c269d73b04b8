import { noteChild } from '../reaper.ts';
import { type Channel, openChannel } from './channel.ts';
import type { ToChild, ToHost } from './messages.ts';
import { type ChildGrant, type RunProcess, spawnRun } from './spawn.ts';

/** A process of a run as its host holds it. */
export interface OpenChild {
  process: RunProcess;
  channel: Channel<ToChild, ToHost>;
  messages: AsyncGenerator<ToHost>;
  /** Resolves when the process is gone. */
  end(): Promise<void>;
}

export function openChild(dataDir: string, grant: ChildGrant): OpenChild {
  const process = spawnRun(grant);
  const forget = noteChild(dataDir, process.pid);
  const channel = openChannel<ToChild, ToHost>(process.socket);
  return {
    process,
    channel,
    messages: channel.messages(),
    async end() {
      channel.close();
      process.kill('SIGKILL');
      await process.exited;
      forget();
    },
  };
}
