import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/sentinelx.js', import.meta.url));

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface Options {
  env?: Record<string, string>;
  cwd?: string;
  input?: string;
  node?: string;
}

/** Where `npm test` keeps compiled code of all commands together. */
function compiled(): Record<string, string> {
  const folder = process.env.NODE_COMPILE_CACHE;
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

/** A home of its own for each test: data folder, configuration, working folder. */
export class Home {
  readonly path = mkdtempSync(join(tmpdir(), 'sentinelx-cli-'));
  readonly data = join(this.path, 'data');
  readonly config = join(this.path, 'config', 'sentinelx', 'config.yaml');

  write(name: string, text: string): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  start(args: readonly string[], options: Options = {}): ChildProcess {
    return spawn(options.node ?? process.execPath, [LAUNCHER, ...args], {
      cwd: options.cwd ?? this.path,
      env: {
        PATH: process.env.PATH ?? '',
        ...compiled(),
        HOME: this.path,
        SENTINELX_DATA_DIR: this.data,
        XDG_CONFIG_HOME: join(this.path, 'config'),
        ...options.env,
      },
    });
  }

  run(args: readonly string[], options: Options = {}): Promise<Outcome> {
    const child = this.start(args, options);
    child.stdin?.end(options.input ?? '');
    return outcome(child);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function outcome(child: ChildProcess): Promise<Outcome> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    err += chunk.toString('utf8');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, out, err }));
  });
}

/** Resolves with what was printed as soon as it fits; rejects when the process ends before. */
export function until(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child[stream]?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (pattern.test(text)) resolve(text);
    });
    child.once('close', (code) => reject(new Error(`ended with ${code} before ${pattern}: ${text}`)));
  });
}

/** A project with one planted secret of ours (made up, of the right form) and a harmless file. */
export function plantSecret(home: Home): string {
  home.write('project/README.md', '# harmless\n');
  home.write('project/settings.py', 'DEBUG = True\nDB_PASSWORD = "kT9vQ2xLm7RwZp4s"\n');
  return join(home.path, 'project');
}

/** A server in a process of its own on the data folder of a home. */
export async function startServer(home: Home, options: Options = {}): Promise<RunningServer> {
  const child = home.start(['web', 'start', '--port', '0'], options);
  const ended = outcome(child);
  await until(child, 'stdout', /Ctrl-C stops it/);
  const file = JSON.parse(readFileSync(join(home.data, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
  };
  return {
    ...file,
    pid: child.pid ?? 0,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

export interface RunningServer {
  url: string;
  /** Of the owner of the data folder. */
  token: string;
  pid: number;
  stop(signal?: NodeJS.Signals): Promise<Outcome>;
}
