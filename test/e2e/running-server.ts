import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/sentinelx.js', import.meta.url));

export interface RunningServer {
  /** Empty at first; removed at the end. */
  folder: string;
  origin: string;
  /** Starts the real program as a user would; answers the link that it prints. */
  start(): Promise<string>;
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/** The program on a port and a data folder of its own, which both stay the same over a restart. */
export async function prepareServer(): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-e2e-'));
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function stop(): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child?.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }

  return {
    folder,
    origin: `http://localhost:${port}`,
    start() {
      const started = spawn(process.execPath, [BIN, 'web', 'start', '--port', String(port)], {
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          SENTINELX_DATA_DIR: join(folder, 'data'),
          NO_COLOR: '1',
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child = started;
      let text = '';
      return new Promise((resolve, reject) => {
        started.stdout.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8');
          const link = /http:\/\/localhost:\d+\/\S*/.exec(text)?.[0];
          if (link && text.endsWith('\n')) resolve(link);
        });
        started.once('close', (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
      });
    },
    stop,
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve) =>
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    }),
  );
}
