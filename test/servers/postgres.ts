import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const INSTALLED = '/usr/lib/postgresql';
const NOBODY = 65534;

export interface PostgresServer {
  /** Makes an empty database and gives its address. */
  database(name: string): Promise<string>;
  /** Ends it at once, as a loss of power would end its processes, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The programs of the newest installed PostgreSQL, or undefined. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  const versions = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(INSTALLED, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** A real PostgreSQL in a temporary folder on a free loopback port. */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const root = process.getuid?.() === 0;
  const folder = await mkdtemp(join(tmpdir(), 'sentinelx-pg-'));
  if (root) await chown(folder, NOBODY, NOBODY);
  // PostgreSQL refuses to run as root.
  const as = (program: string, args: string[]): [string, string[]] =>
    root
      ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', join(bin, program), ...args]]
      : [join(bin, program), args];
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', 'sentinelx', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  await promisify(execFile)(...as('initdb', init), { cwd: folder });

  const port = await freePort();
  const serve = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  const start = () => spawn(...as('postgres', serve), { cwd: folder, stdio: 'ignore' });
  let server = start();
  const killed = () => void server.kill('SIGQUIT');
  process.once('exit', killed);
  const address = (name: string) => `postgres://sentinelx@127.0.0.1:${port}/${name}`;
  await answers(server, address('postgres'));

  return {
    async database(name) {
      const client = new pg.Client({ connectionString: address('postgres') });
      await client.connect();
      await client.query(`create database ${pg.escapeIdentifier(name)}`);
      await client.end();
      return address(name);
    },
    async restart() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      // The immediate shutdown of `pg_ctl restart -m immediate`.
      if (server.exitCode === null && server.kill('SIGQUIT')) await ended;
      server = start();
      await answers(server, address('postgres'));
    },
    async stop() {
      process.off('exit', killed);
      const ended = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.kill('SIGINT')) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(server: ChildProcess, url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode}.`);
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.end();
    } catch {
      await sleep(50);
    }
  }
  throw new Error('PostgreSQL did not answer within 10 s.');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
