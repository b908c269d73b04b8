import { Worker } from 'node:worker_threads';

export interface Strength {
  /** How many guesses find it: a power of ten. */
  guessesLog10: number;
  /** Key of what makes it weak, as `@zxcvbn-ts/core` names it. */
  warning: string | null;
}

/** Its word lists take 66 MB: they are given back when nobody sets a password. */
const IDLE_MS = 20_000;
const TIMEOUT_MS = 15_000;

interface Waiting {
  resolve(strength: Strength): void;
  reject(error: Error): void;
}

interface Helper {
  worker: Worker;
  waiting: Map<number, Waiting>;
  timer?: NodeJS.Timeout;
}

let helper: Helper | undefined;
let next = 0;

/** Estimates in a thread of its own, which starts with the first password: a long one takes up to half a second. */
export function passwordStrength(password: string, words: readonly string[]): Promise<Strength> {
  const current = helper ?? startHelper();
  helper = current;
  clearTimeout(current.timer);
  const id = ++next;
  return new Promise<Strength>((resolve, reject) => {
    const late = setTimeout(() => {
      end(current);
      reject(new Error(`The strength of a password took longer than ${TIMEOUT_MS} ms.`));
    }, TIMEOUT_MS);
    const settle = (work: () => void) => {
      clearTimeout(late);
      current.waiting.delete(id);
      if (current.waiting.size === 0) rest(current);
      work();
    };
    current.waiting.set(id, {
      resolve: (strength) => settle(() => resolve(strength)),
      reject: (error) => settle(() => reject(error)),
    });
    current.worker.ref();
    current.worker.postMessage({ id, password, words });
  });
}

function startHelper(): Helper {
  const worker = new Worker(new URL('./password-strength-thread.ts', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  const started: Helper = { worker, waiting: new Map() };
  worker.on('message', ({ id, ...strength }: Strength & { id: number }) =>
    started.waiting.get(id)?.resolve(strength),
  );
  worker.on('error', (error) => fail(started, error as Error));
  worker.on('exit', () => fail(started, new Error('The thread that checks passwords ended.')));
  return started;
}

function fail(broken: Helper, error: Error): void {
  if (helper === broken) helper = undefined;
  for (const one of [...broken.waiting.values()]) one.reject(error);
}

/** A process that has nothing else to do may end; one that goes on gets the memory back. */
function rest(idle: Helper): void {
  idle.worker.unref();
  idle.timer = setTimeout(() => end(idle), IDLE_MS).unref();
}

function end(ended: Helper): void {
  if (helper === ended) helper = undefined;
  void ended.worker.terminate();
}
