import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type PostgresServer, postgresPrograms, startPostgres } from './postgres.ts';
import { type RedisServer, redisProgram, startRedis } from './redis.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LAUNCHER = join(ROOT, 'bin', 'sentinelx.js');
const SERVE = join(ROOT, 'test', 'children', 'serve.ts');
const READY_MS = 60_000;

export interface PartOptions {
  env?: Record<string, string>;
  /** Instead of the common ones: through a proxy, for example. */
  databaseUrl?: string;
  redisUrl?: string;
  /** A name of its own, as another machine has it. */
  hostname?: string;
  /** Without database, Redis and key. */
  alone?: boolean;
}

/** A server or a worker, in a process of its own. */
export interface Part {
  child: ChildProcess;
  /** Of a server. */
  base: string;
  token: string;
  output(): string;
  /** As if its machine had lost power. */
  kill(): Promise<void>;
  /** Asks it to stop and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Many extends AsyncDisposable {
  postgres: PostgresServer;
  redis: RedisServer | undefined;
  databaseUrl: string;
  key: string;
  /** For looking. */
  // biome-ignore lint/suspicious/noExplicitAny: rows are what the test asks for
  query(text: string, values?: unknown[]): Promise<any[]>;
  server(options?: PartOptions): Promise<Part>;
  worker(args?: readonly string[], options?: PartOptions): Promise<Part>;
  /** `sentinelx …` that knows neither database nor Redis nor key. */
  alone(args: readonly string[], words: RegExp): Promise<Part>;
  /** `sentinelx …` with the same settings, until it has ended. */
  command(args: readonly string[]): Promise<{ code: number | null; stdout: string }>;
}

export function missingForMany(): string {
  return [postgresPrograms() ? '' : 'PostgreSQL', redisProgram ? '' : 'Redis'].filter(Boolean).join(' and ');
}

/** A PostgreSQL, a Redis unless told, and as many servers and workers on them as one asks for. */
export async function startMany({ redis: withRedis = true } = {}): Promise<Many> {
  const [postgres, redis] = await Promise.all([
    startPostgres(postgresPrograms() as string),
    withRedis ? startRedis() : undefined,
  ]);
  const databaseUrl = await postgres.database('many');
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-many-'));
  const key = randomBytes(32).toString('hex');
  const parts = new Set<Part>();
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on('error', () => undefined);
  let count = 0;

  const query: Many['query'] = async (text, values) => {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return (await pool.query(text, values)).rows;
      } catch (error) {
        if (attempt > 50) throw error;
        await sleep(100);
      }
    }
  };

  function begin(args: readonly string[], dataDir: string, options: PartOptions): Part {
    const command = [process.execPath, ...args];
    const [program = '', ...rest] =
      options.hostname === undefined
        ? command
        : ['unshare', '--uts', 'sh', '-c', `hostname ${options.hostname} && exec "$@"`, 'sh', ...command];
    const child = spawn(program, rest, {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        ...(process.env.NODE_COMPILE_CACHE === undefined
          ? {}
          : { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }),
        HOME: folder,
        SENTINELX_DATA_DIR: dataDir,
        ...(options.alone
          ? {}
          : {
              SENTINELX_DATABASE_URL: options.databaseUrl ?? databaseUrl,
              ...(redis ? { SENTINELX_REDIS_URL: options.redisUrl ?? redis.url } : {}),
              SENTINELX_INSTANCE_KEY: key,
            }),
        SENTINELX_LIMITS_CONCURRENT_RUNS: '2',
        SENTINELX_REQUESTS_ADDRESS_PER_MINUTE: '1000000',
        SENTINELX_REQUESTS_CALLER_PER_MINUTE: '1000000',
        SENTINELX_QUEUE_RECOVER_SECONDS: '1',
        SENTINELX_QUEUE_STALLED_SECONDS: '3',
        SENTINELX_QUEUE_DEAD_SECONDS: '4',
        ...options.env,
      },
    });
    let text = '';
    const keep = (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-100_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const part: Part = {
      child,
      base: '',
      token: '',
      output: () => text,
      async kill() {
        parts.delete(part);
        child.kill('SIGKILL');
        await closed;
      },
      async stop(signal = 'SIGTERM') {
        parts.delete(part);
        child.kill(signal);
        await closed;
        return child.exitCode;
      },
    };
    parts.add(part);
    return part;
  }

  async function says(part: Part, words: RegExp): Promise<void> {
    const until = Date.now() + READY_MS;
    while (!words.test(part.output())) {
      if (part.child.exitCode !== null || Date.now() > until)
        throw new Error(`It did not start (${part.child.exitCode}):\n${part.output()}`);
      await sleep(20);
    }
  }

  return {
    postgres,
    redis,
    databaseUrl,
    key,
    query,
    async server(options = {}) {
      const dataDir = join(folder, `server-${++count}`);
      const file = join(folder, `server-${count}.yaml`);
      writeFileSync(file, 'logLevel: error\n');
      const part = begin([SERVE, ROOT, file], dataDir, options);
      await says(part, /^ready /m);
      const { url, token } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as {
        url: string;
        token: string;
      };
      return Object.assign(part, { base: url, token });
    },
    async worker(args = [], options = {}) {
      const dataDir = join(folder, `worker-${++count}`);
      const part = begin([LAUNCHER, 'worker', 'start', ...args], dataDir, options);
      await says(part, /takes steps/);
      return part;
    },
    async alone(args, words) {
      const part = begin([LAUNCHER, ...args], join(folder, `alone-${++count}`), { alone: true });
      await says(part, words);
      return part;
    },
    async command(args) {
      const part = begin([LAUNCHER, ...args], join(folder, `command-${++count}`), {});
      let stdout = '';
      part.child.stdout?.on('data', (chunk: Buffer) => {
        stdout += chunk.toString('utf8');
      });
      await new Promise((resolve) => part.child.once('close', resolve));
      parts.delete(part);
      return { code: part.child.exitCode, stdout };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...parts].map((part) => part.kill()));
      await pool.end();
      await redis?.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
