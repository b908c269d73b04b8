import { availableParallelism } from 'node:os';
import { type OpenChild, openChild } from './open-child.ts';
import { packsOf } from './pack/packs.ts';

export interface Seat {
  child: OpenChild;
  /** Gives it back when its run ended well; else it ends, and whatever the run left in it. */
  release(good: boolean): Promise<void>;
}

export interface PoolOptions {
  dataDir: string;
  /** Processes that wait for a run; more run at the same time when they are asked for. */
  size?: number;
  idleMs?: number;
  /** What a process may gather over its life (compiled code, grown heaps) ends with it. */
  maxRuns?: number;
}

export type Pool = ReturnType<typeof createPool>;

/**
 * Processes without any power, started ahead, for runs of tasks that need none. To start one costs 0.3 s of a core, a run in
 * one that waits 1 ms. A process has one run at a time, and always of the same task, which is one of ours.
 */
export function createPool({
  dataDir,
  size = availableParallelism(),
  idleMs = 30_000,
  maxRuns = 1_000,
}: PoolOptions) {
  interface Member {
    child: OpenChild;
    task: string;
    memoryMb: number;
    runs: number;
    idleTimer?: NodeJS.Timeout;
  }
  const members = new Set<Member>();
  const waiting: Member[] = [];
  const ending = new Set<Promise<void>>();
  let closed = false;
  let taken = 0;

  function take(task: string, memoryMb: number): Seat {
    const index = waiting.findLastIndex((one) => one.task === task && one.memoryMb === memoryMb);
    const [member = begin(task, memoryMb)] = index < 0 ? [] : waiting.splice(index, 1);
    clearTimeout(member.idleTimer);
    member.child.process.ref();
    taken += 1;
    // Not for the first: a command line has one run and is gone.
    if (taken > 1 && waiting.length === 0 && members.size < size) wait(begin(task, memoryMb));
    return { child: member.child, release: (good) => release(member, good) };
  }

  function begin(task: string, memoryMb: number): Member {
    const child = openChild(dataDir, {
      run: 'pool',
      needs: [],
      target: null,
      memoryMb,
      pack: packsOf(dataDir).packOf(task),
    });
    const member: Member = { child, task, memoryMb, runs: 0 };
    members.add(member);
    void child.process.exited.then(() => end(member));
    void child.channel.send({ type: 'prepare', task });
    return member;
  }

  async function release(member: Member, good: boolean): Promise<void> {
    member.runs += 1;
    const grown = member.child.process.memory() > (member.memoryMb / 2) * 1024 * 1024;
    if (!good || closed || grown || member.runs >= maxRuns) await end(member);
    else wait(member);
  }

  function wait(member: Member): void {
    member.child.process.unref();
    member.idleTimer = setTimeout(() => void end(member), idleMs).unref();
    waiting.push(member);
    while (waiting.length > size) {
      const [oldest] = waiting;
      if (oldest) void end(oldest);
    }
  }

  async function end(member: Member): Promise<void> {
    clearTimeout(member.idleTimer);
    members.delete(member);
    const index = waiting.indexOf(member);
    if (index >= 0) waiting.splice(index, 1);
    // Who waits for this may have nothing else that keeps the process going.
    member.child.process.ref();
    const gone = member.child.end();
    ending.add(gone);
    await gone;
    ending.delete(gone);
  }

  return {
    take,
    size: () => members.size,
    pids: () => [...members].map((member) => member.child.process.pid),
    /** Ends those that wait; one with a run ends with it. */
    async close(): Promise<void> {
      closed = true;
      await Promise.all(waiting.splice(0).map(end));
      await Promise.all(ending);
    },
  };
}

const pools = new Map<string, Pool>();

/** The pool of the engine with this data folder; opened at its first run. */
export function poolOf(dataDir: string): Pool {
  const pool = pools.get(dataDir) ?? createPool({ dataDir });
  pools.set(dataDir, pool);
  return pool;
}

export async function closePool(dataDir: string): Promise<void> {
  const pool = pools.get(dataDir);
  pools.delete(dataDir);
  await pool?.close();
}
