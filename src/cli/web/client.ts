import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SentinelError } from '../../lib/errors.ts';
import { readServerFile, type ServerFile } from '../connect/server-file.ts';
import { configOf } from '../globals.ts';
import type { AddressOptions } from './start.ts';

export interface Answer {
  status: number;
  ms: number;
  body: unknown;
}

export interface Client {
  server: ServerFile;
  ask(
    method: string,
    path: string,
    options?: { body?: unknown; project?: string; anonymous?: boolean },
  ): Promise<Answer>;
}

const TIMEOUT_MS = 15_000;

/** The server of this data folder; `--host` and `--port` say where it listens when that is not what it wrote down. */
export function openClient(options: AddressOptions): Client {
  const { config } = configOf(options);
  const server = serverOf(config.dataDir);
  const url = new URL(server.url);
  if (options.host !== undefined)
    url.hostname = options.host.includes(':') ? `[${options.host}]` : options.host;
  if (options.port !== undefined) url.port = String(options.port);
  return {
    server: { ...server, url: url.origin },
    async ask(method, path, { body, project, anonymous } = {}) {
      const started = performance.now();
      try {
        const response = await fetch(new URL(path, url), {
          method,
          headers: {
            ...(anonymous ? {} : { authorization: `Bearer ${server.token}` }),
            ...(project === undefined ? {} : { 'x-sentinelx-project': project }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        const text = await response.text();
        const json = /\bjson\b/.test(response.headers.get('content-type') ?? '') && text !== '';
        return {
          status: response.status,
          ms: performance.now() - started,
          body: json ? JSON.parse(text) : undefined,
        };
      } catch (cause) {
        throw new SentinelError('server-unreachable', `${url.origin} does not answer.`, { cause });
      }
    },
  };
}

function serverOf(dataDir: string): ServerFile {
  const file = readServerFile(dataDir);
  if (file) return file;
  const reason = existsSync(join(dataDir, 'server.json'))
    ? `${dataDir}/server.json cannot be read, or is not what a server writes`
    : `No server runs on ${dataDir}`;
  throw new SentinelError('server-unreachable', `${reason}.`);
}
