import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crashPoint } from '../../lib/crash-point.ts';
import type { PowerName } from '../../plugin/task.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
const BOOT = fileURLToPath(new URL('./pack/boot.cjs', import.meta.url));
const SOURCE = fileURLToPath(new URL('../..', import.meta.url));
const ROOT = dirname(SOURCE.replace(/[/\\]$/, ''));
const PACKAGES = join(ROOT, 'node_modules');
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));

export interface ChildGrant {
  run: string;
  needs: readonly PowerName[];
  /** Real path that the `read` power opens, or null. */
  target: string | null;
  memoryMb: number;
  /** Real path of the folder with the code of a plug-in. */
  code?: string | undefined;
  /** The packed program of the task, in place of the sources: then these cannot be read either. */
  pack?: string | undefined;
}

export interface RunProcess {
  pid: number;
  socket: Socket;
  /** Ends with the text that the process wrote to its error output, at most 8 KiB. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
  /** Resident memory in bytes, 0 when the process is gone or the system does not tell. */
  memory(): number;
  /** Processor time that the process has used, 0 when the system does not tell. */
  processorMs(): number;
  /** Whether this process of ours waits for it before it ends. */
  ref(): void;
  unref(): void;
  /** Signals the whole process group. */
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts the process of a run with exactly the powers of its grant. The environment is empty but for a marker that finds
 * left-over descendants; `setpriv`, where present, ends the child with the server even when it is in a closed loop.
 */
export function spawnRun(grant: ChildGrant): RunProcess {
  const program = grant.pack === undefined ? [CHILD] : [BOOT, grant.pack];
  const node = [...nodeArguments(grant), ...program];
  const [command, args] = SETPRIV
    ? [SETPRIV, ['--pdeathsig', 'KILL', '--', process.execPath, ...node]]
    : [process.execPath, node];
  crashPoint('task.spawn.before');
  const child = spawn(command, args, {
    cwd: SOURCE,
    env: { SENTINELX_RUN: grant.run, TZ: 'UTC' },
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  crashPoint('task.spawn.after');
  return {
    pid: child.pid ?? 0,
    socket: child.stdio[3] as Socket,
    exited: whenExited(child),
    memory: () => residentMemory(child.pid),
    processorMs: () => processorTime(child.pid),
    ref: () => refer(child, 'ref'),
    unref: () => refer(child, 'unref'),
    kill(signal) {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // The group has ended already.
      }
    },
  };
}

/** Node's flags for a grant: what is not named here is refused by the runtime. */
export function nodeArguments(grant: Omit<ChildGrant, 'run'>): string[] {
  return [
    '--permission',
    '--no-experimental-sqlite',
    '--no-warnings',
    `--max-old-space-size=${grant.memoryMb}`,
    // What a short run makes is not collected in steps from 1 MB on: 7 of 120 ms of processor time.
    ...(grant.needs.length > 0 ? ['--min-semi-space-size=16'] : []),
    ...outerFirst([...programPlaces(grant), ...targetPlaces(grant)]).map((path) => `--allow-fs-read=${path}`),
  ];
}

/** Node 26.10 forgets a folder that is named behind one within it: who examines the folder of this product would not get in. */
function outerFirst(paths: readonly string[]): string[] {
  return [...paths].sort((a, b) => a.length - b.length);
}

/** With `/proc/self/fd` the `read` power learns where a file that it opened really stands. */
function targetPlaces({ needs, target }: Pick<ChildGrant, 'needs' | 'target'>): string[] {
  return needs.includes('read') && target !== null ? [target, '/proc/self/fd/'] : [];
}

function programPlaces({ pack, code }: Pick<ChildGrant, 'pack' | 'code'>): string[] {
  if (pack !== undefined) return [BOOT, pack];
  return [
    SOURCE,
    // A link to the packages of another copy, or a shared store of them: Node asks for where they really stand.
    ...new Set([PACKAGES, realpathSync(PACKAGES)]),
    join(ROOT, 'package.json'),
    ...(code === undefined ? [] : [code]),
  ];
}

function refer(child: ChildProcess, how: 'ref' | 'unref'): void {
  child[how]();
  (child.stderr as Socket | null)?.[how]();
  (child.stdio[3] as Socket)[how]();
}

function whenExited(child: ChildProcess): RunProcess['exited'] {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (stderr.length < 8192) stderr += chunk.toString('utf8').slice(0, 8192 - stderr.length);
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
    child.once('close', (code, signal) => resolve({ code, signal, stderr }));
  });
}

function residentMemory(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return 0;
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

function processorTime(pid: number | undefined): number {
  if (pid === undefined || process.platform !== 'linux') return 0;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold spaces: utime and stime are fields 14 and 15, in hundredths of a second (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
