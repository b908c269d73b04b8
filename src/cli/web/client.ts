import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import { configOf } from '../globals.ts';
import type { AddressOptions } from './start.ts';

/** What a running server writes for the command line of the same user. */
const ServerFile = z.object({ pid: z.int(), url: z.url(), token: z.string(), started: z.int() });
export type ServerFile = z.infer<typeof ServerFile>;

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
  const server = readServerFile(config.dataDir);
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

function readServerFile(dataDir: string): ServerFile {
  let text: string;
  try {
    text = readFileSync(join(dataDir, 'server.json'), 'utf8');
  } catch (cause) {
    const reason =
      systemCode(cause) === 'ENOENT'
        ? `No server runs on ${dataDir}`
        : `${dataDir}/server.json cannot be read`;
    throw new SentinelError('server-unreachable', `${reason}.`, { cause });
  }
  const parsed = ServerFile.safeParse(parseJson(text));
  if (!parsed.success)
    throw new SentinelError('server-unreachable', `${dataDir}/server.json is not what a server writes.`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
