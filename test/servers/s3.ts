import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { S3BlobSettings } from '../../src/blobs/s3-blobs.ts';
import { s3Client } from '../../src/blobs/s3-request.ts';
import { freePort } from './nginx.ts';

export interface S3Server extends AsyncDisposable {
  settings: S3BlobSettings;
  close(): Promise<void>;
}

const installed = (name: string, named: string | undefined, usual: string) =>
  [named ?? '', usual, ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))].find(
    (path) => path !== '' && existsSync(path),
  );

/** From PyPI: `python3 -m venv /tmp/s3venv && /tmp/s3venv/bin/pip install 'moto[server]'`. */
export const motoProgram = installed(
  'moto_server',
  process.env.SENTINELX_TEST_MOTO,
  '/tmp/s3venv/bin/moto_server',
);

/** From the Go proxy: `GOBIN=/tmp/s3go go install github.com/versity/versitygw/cmd/versitygw@latest`. It checks signatures. */
export const versityProgram = installed(
  'versitygw',
  process.env.SENTINELX_TEST_VERSITYGW,
  '/tmp/s3go/versitygw',
);

/** The S3-compatible server from npm, in a process of its own. */
export function startS3rver(): Promise<S3Server> {
  const program = createRequire(import.meta.url).resolve('s3rver/bin/s3rver.js');
  return start((port, folder) => ({
    command: process.execPath,
    args: [program, '--port', String(port), '--address', '127.0.0.1', '--directory', folder, '--silent'],
    // The only credentials that it knows.
    keys: ['S3RVER', 'S3RVER'],
  }));
}

export function startMoto(): Promise<S3Server> {
  return start((port) => ({
    command: motoProgram ?? 'moto_server',
    args: ['--host', '127.0.0.1', '--port', String(port)],
    keys: ['test-access', 'test-secret'],
  }));
}

export function startVersity(): Promise<S3Server> {
  return start((port, folder) => ({
    command: versityProgram ?? 'versitygw',
    args: [
      '--port',
      `127.0.0.1:${port}`,
      '--access',
      'test-access',
      '--secret',
      'test-secret',
      'posix',
      '--sidecar',
      join(folder, 'meta'),
      join(folder, 'data'),
    ],
    keys: ['test-access', 'test-secret'],
  }));
}

async function start(
  program: (port: number, folder: string) => { command: string; args: string[]; keys: [string, string] },
): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-s3-'));
  const port = await freePort();
  for (const name of ['data', 'meta']) mkdirSync(join(folder, name));
  const { command, args, keys } = program(port, folder);
  const child = spawn(command, args, { stdio: 'ignore' });
  const settings: S3BlobSettings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    bucket: 'sentinelx-test',
    prefix: 'one/',
    accessKey: keys[0],
    secretKey: keys[1],
  };
  try {
    await whenOpen(settings.endpoint);
    await s3Client(settings).text({ method: 'PUT', key: '' });
  } catch (error) {
    await end(child);
    throw error;
  }
  const close = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  return { settings, close, [Symbol.asyncDispose]: close };
}

async function whenOpen(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await fetch(url).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not open`);
}

async function end(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await closed;
}
