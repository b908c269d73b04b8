import { Worker } from 'node:worker_threads';
import type { CodeBlock, CodeLines } from './code-token.ts';

/** The first code in a language takes some 200 ms, of which most is its grammar; then 41 lines take 5. */
const LIMIT_MS = 3_000;
/** Grammars of many languages stay for a while, then their memory is given back. */
const IDLE_MS = 60_000;
const MEMORY_MB = 192;
/** Of all blocks of one question together; what is behind it stays plain. */
const MOST_CHARACTERS = 200_000;

interface Helper {
  worker: Worker;
  waiting: Map<number, (marked: readonly CodeLines[] | null) => void>;
  timer?: NodeJS.Timeout;
}

let helper: Helper | undefined;
let next = 0;

/**
 * Marks what is comment, text, keyword and so on, in a thread of its own: it starts with the first question, and one whose
 * code takes too long ends with it. Null: it was not done, the code is shown plain.
 */
export function highlight(blocks: readonly CodeBlock[]): Promise<readonly CodeLines[] | null> {
  if (!blocks.some(({ grammar }) => grammar !== null)) return Promise.resolve(null);
  const current = helper ?? startHelper();
  helper = current;
  clearTimeout(current.timer);
  const id = ++next;
  return new Promise((resolve) => {
    const late = setTimeout(() => end(current), LIMIT_MS);
    current.waiting.set(id, (marked) => {
      clearTimeout(late);
      current.waiting.delete(id);
      if (current.waiting.size === 0) rest(current);
      resolve(marked);
    });
    current.worker.ref();
    current.worker.postMessage({ id, blocks: bounded(blocks) });
  });
}

function bounded(blocks: readonly CodeBlock[]): CodeBlock[] {
  let left = MOST_CHARACTERS;
  return blocks.map((block) => {
    left -= block.lines.reduce((sum, line) => sum + line.length, 0);
    return left < 0 ? { ...block, grammar: null } : block;
  });
}

function startHelper(): Helper {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    execArgv: [],
    // Marking needs nothing of the environment.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const started: Helper = { worker, waiting: new Map() };
  worker.on('message', ({ id, marked }: { id: number; marked: readonly CodeLines[] }) =>
    started.waiting.get(id)?.(marked),
  );
  // Out of memory, or a grammar that cannot be read: the code is shown all the same.
  worker.on('error', () => fail(started));
  worker.on('exit', () => fail(started));
  return started;
}

function fail(broken: Helper): void {
  if (helper === broken) helper = undefined;
  for (const answer of [...broken.waiting.values()]) answer(null);
}

/** A process that has nothing else to do may end; one that goes on gets the memory back. */
function rest(idle: Helper): void {
  if (helper !== idle) return;
  idle.worker.unref();
  idle.timer = setTimeout(() => end(idle), IDLE_MS).unref();
}

/** Who asked at the same time gets plain code too, and the next question a new thread. */
function end(ended: Helper): void {
  fail(ended);
  void ended.worker.terminate();
}
