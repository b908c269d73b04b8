import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { VictimOrder } from './victim.ts';

const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));

export interface Said {
  said: string;
  [field: string]: unknown;
}

export interface VictimProcess {
  child: ChildProcess;
  said: Said[];
  /** Its error output. */
  errors(): string;
  ended: Promise<number | null>;
  /** Resolves when it has said this, or has ended before. */
  until(said: string): Promise<void>;
  kill(): void;
}

export function startVictim(
  order: VictimOrder,
  heard: (said: Said) => void = () => undefined,
): VictimProcess {
  const child = spawn(process.execPath, [VICTIM, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Said[] = [];
  const waiting: { said: string; then: () => void }[] = [];
  let errors = '';
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    rest += chunk.toString('utf8');
    const lines = rest.split('\n');
    // What is cut was not said.
    rest = lines.pop() ?? '';
    for (const line of lines) hear(JSON.parse(line) as Said);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(-4_000);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });

  function hear(one: Said): void {
    said.push(one);
    heard(one);
    for (const { said: awaited, then } of waiting) if (awaited === one.said) then();
  }

  return {
    child,
    said,
    errors: () => errors,
    ended,
    until: (word) =>
      said.some((one) => one.said === word)
        ? Promise.resolve()
        : Promise.race([
            new Promise<void>((then) => void waiting.push({ said: word, then })),
            ended.then(() => undefined),
          ]),
    kill: () => void child.kill('SIGKILL'),
  };
}
