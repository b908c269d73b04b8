import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** When a process started, as the system counts it; undefined when there is no such process or the system does not tell. */
export function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the last parenthesis, because a program's name may hold spaces; starttime is field 22 (proc(5)).
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Notes a run's process next to its host, so that a later start finds what a killed server left behind. */
export function noteChild(dataDir: string, pid: number): () => void {
  const folder = join(dataDir, 'children');
  const file = join(
    folder,
    `${pid}-${processStart(pid) ?? 'x'}-${process.pid}-${processStart(process.pid) ?? 'x'}`,
  );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(file, '');
  return () => rmSync(file, { force: true });
}

/** Ends processes of runs whose host is gone. Pid and start time must both fit: pids are used again. */
export function reapLeftovers(dataDir: string): number {
  let reaped = 0;
  for (const name of listNames(join(dataDir, 'children'))) {
    const [pid, start, hostPid, hostStart] = name.split('-');
    if (processStart(Number(hostPid)) === hostStart && hostStart !== 'x') continue;
    if (processStart(Number(pid)) === start && start !== 'x') {
      try {
        process.kill(-Number(pid), 'SIGKILL');
        reaped += 1;
      } catch {
        // It ended in the meantime.
      }
    }
    rmSync(join(dataDir, 'children', name), { force: true });
  }
  return reaped;
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
