import { spawn } from 'node:child_process';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SentinelError } from '../lib/errors.ts';
import { fileKey, KEY_TEXT, keyId, readKey, writeKey } from './instance-key.ts';

export interface KeyConfig {
  /** 64 hex digits, from the environment. */
  instance?: string | undefined;
  /** The one before, while the key is being changed. */
  previous?: string | undefined;
  /** A program and its arguments that prints the key. */
  command?: readonly string[] | undefined;
}

/** Where the key of this instance comes from: the environment, a program, or `instance.key` in the data folder. */
export interface KeySource {
  /** What to look at when the key is not the right one. */
  name: string;
  current(): Promise<Buffer>;
  /** The key with this id, when this source still has it. */
  find(id: string): Promise<Buffer | undefined>;
  /** Only where we keep the key ourselves. */
  file?: KeyFile;
}

export interface KeyFile {
  /** Keeps a further key beside the one in use. */
  add(key: Buffer): Promise<void>;
  /** Makes the key with this id the one in use and forgets the others. */
  settle(id: string): Promise<void>;
}

const COMMAND_MS = 10_000;
const MAX_OUTPUT = 4096;

export function keySource(config: KeyConfig, dataDir: string): KeySource {
  if (config.instance !== undefined)
    return given('SENTINELX_INSTANCE_KEY', config.previous, async () =>
      Buffer.from(config.instance ?? '', 'hex'),
    );
  const { command } = config;
  if (command !== undefined && command.length > 0)
    return given(`the program ${command[0]}`, config.previous, () => commandKey(command));
  return ownFile(dataDir);
}

function given(name: string, previous: string | undefined, get: () => Promise<Buffer>): KeySource {
  let kept: Promise<Buffer> | undefined;
  // Asked once: the program may be slow, and a person may have to confirm.
  const current = () => {
    kept ??= get();
    return kept;
  };
  return {
    name,
    current,
    async find(id) {
      const key = await current();
      if (keyId(key) === id) return key;
      const before = previous === undefined ? undefined : Buffer.from(previous, 'hex');
      return before !== undefined && keyId(before) === id ? before : undefined;
    },
  };
}

/** While it changes there are two files: `instance.key` and `instance.key.<id>`; the store says which one counts. */
function ownFile(dataDir: string): KeySource {
  const path = join(dataDir, 'instance.key');
  const beside = (id: string) => `${path}.${id}`;
  return {
    name: path,
    current: () => fileKey(dataDir),
    async find(id) {
      const key = await fileKey(dataDir);
      if (keyId(key) === id) return key;
      return (await isFile(beside(id))) ? readKey(beside(id)) : undefined;
    },
    file: {
      add: (key) => writeKey(beside(keyId(key)), key),
      async settle(id) {
        if (await isFile(beside(id))) await rename(beside(id), path);
        for (const name of await readdir(dataDir))
          if (/^instance\.key\.[0-9a-f]{16}$/.test(name)) await rm(join(dataDir, name), { force: true });
      },
    },
  };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** Runs the program without a shell. What it prints is shown to nobody; its error output neither, it may hold the key. */
function commandKey([program = '', ...args]: readonly string[]): Promise<Buffer> {
  const refuse = (what: string, cause?: unknown) =>
    new SentinelError('key-unavailable', `keys.command: ${program} ${what}.`, { cause });
  return new Promise((resolve, reject) => {
    // A group of its own, so that its helpers end with it.
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    let text = '';
    const end = (settle: () => void) => {
      clearTimeout(timer);
      if (child.pid !== undefined)
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          // The group has ended already.
        }
      child.stdout.destroy();
      settle();
    };
    const timer = setTimeout(
      () => end(() => reject(refuse(`gave no key within ${COMMAND_MS / 1000} s`))),
      COMMAND_MS,
    );
    child.once('error', (cause) => end(() => reject(refuse('cannot be started', cause))));
    child.stdout.on('data', (chunk: Buffer) => {
      if (text.length < MAX_OUTPUT) text += chunk.toString('latin1');
    });
    child.once('exit', (code, signal) => {
      if (code !== 0) end(() => reject(refuse(signal ? `ended by ${signal}` : `ended with code ${code}`)));
    });
    // When all that it printed has come; the time limit holds until then.
    child.once('close', () =>
      end(() => {
        const key = text.trim().toLowerCase();
        if (KEY_TEXT.test(key)) resolve(Buffer.from(key, 'hex'));
        else reject(refuse('printed no key of 64 hexadecimal digits'));
      }),
    );
  });
}
