import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { Services } from '../operations/services.ts';
import type { RateLimits } from './rate-limits.ts';
import { createServer } from './server.ts';

export interface StartOptions {
  services: Services;
  host: string;
  port: number;
  publicUrl: string | undefined;
  allowPlainHttp: boolean;
  logLevel: string;
  trustProxy?: readonly string[] | undefined;
  rateLimits?: RateLimits | undefined;
  heartbeatMs?: number | undefined;
}

export interface RunningServer {
  /** What people open; with the setup token in the fragment while there is no account. */
  link: string;
  address: string;
  close(): Promise<void>;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Listens, and writes `server.json` (0600) so that the command line of the same user finds the server. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  if (!LOOPBACK.has(options.host) && !options.allowPlainHttp && !options.publicUrl?.startsWith('https:')) {
    throw new SentinelError(
      'address-unavailable',
      `Listening on ${options.host} without TLS would send passwords in clear. Put a TLS proxy in front and set SENTINELX_PUBLIC_URL=https://…, or set allowPlainHttp.`,
    );
  }
  const port = await freePort(options);
  const localToken = randomBytes(32).toString('base64url');
  const names = [
    ...new Set([
      'localhost',
      options.host === '0.0.0.0' || options.host === '::' ? '127.0.0.1' : options.host,
      '127.0.0.1',
    ]),
  ];
  const local = names.map((name) => `http://${name.includes(':') ? `[${name}]` : name}:${port}`);
  const origins = options.publicUrl ? [new URL(options.publicUrl).origin, ...local] : local;
  const server = await createServer({
    services: options.services,
    origins,
    localToken,
    logLevel: options.logLevel,
    trustProxy: options.trustProxy,
    rateLimits: options.rateLimits,
    heartbeatMs: options.heartbeatMs,
  });
  await listen(server.http, options.host, port);
  const file = join(options.services.dataDir, 'server.json');
  writeFileSync(
    file,
    JSON.stringify({
      pid: process.pid,
      url: `http://127.0.0.1:${port}`,
      token: localToken,
      started: Date.now(),
    }),
    { mode: 0o600 },
  );
  chmodSync(file, 0o600);
  const base = origins[0] ?? '';
  return {
    address: base,
    link: server.setupToken === null ? `${base}/` : `${base}/setup#token=${server.setupToken}`,
    async close() {
      rmSync(file, { force: true });
      await server.close();
    },
  };
}

async function listen(
  http: Awaited<ReturnType<typeof createServer>>['http'],
  host: string,
  port: number,
): Promise<void> {
  try {
    await http.listen({ host, port });
  } catch (cause) {
    await http.close();
    throw listenError(cause, host, port);
  }
}

/** Port 0 asks for any free one; it must be known before, because the allowed origins name it. */
async function freePort({ host, port }: StartOptions): Promise<number> {
  if (port !== 0) return port;
  const { createServer: createTcp } = await import('node:net');
  const probe = createTcp();
  return new Promise((resolve, reject) => {
    probe.once('error', (cause) => reject(listenError(cause, host, port)));
    probe.listen(0, host, () => {
      const { port: free } = probe.address() as AddressInfo;
      probe.close(() => resolve(free));
    });
  });
}

function listenError(cause: unknown, host: string, port: number): SentinelError {
  const code = systemCode(cause);
  if (code === 'EADDRINUSE')
    return new SentinelError('port-in-use', `Port ${port} on ${host} is in use by another program.`, {
      cause,
    });
  if (code === 'EACCES')
    return new SentinelError('address-unavailable', `Port ${port} may not be used by this user.`, { cause });
  return new SentinelError(
    'address-unavailable',
    `Cannot listen on ${host}:${port} (${code ?? 'unknown reason'}).`,
    { cause },
  );
}
