import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { SentinelError } from '../../lib/errors.ts';
import { createClient } from '../../operations/client.ts';
import { VERSION } from '../globals.ts';
import type { OpenSession } from '../session.ts';
import { followRemote } from './live-socket.ts';
import { type Place, withTokenAdvice } from './place.ts';

type ServerPlace = Extract<Place, { kind: 'server' }>;

/** Tried again when a server that has answered before is away for a moment (restart, network). */
const AGAIN_MS = [200, 1_000, 3_000];
/** A server that asks for a pause gets it, up to this long. */
const LONGEST_PAUSE_S = 30;
/** Repeating these does the same once more; a creation carries a key so that it is done once. */
const SAFE = new Set(['GET', 'PUT', 'POST']);

export function openRemote(place: ServerPlace): OpenSession {
  let project: string | undefined;
  let met = false;
  const client = createClient({
    base: place.url,
    fetch,
    headers: { authorization: `Bearer ${place.token}`, 'user-agent': `sentinelx-cli/${VERSION}` },
  });
  const inProject = (): Record<string, string> =>
    project === undefined ? {} : { 'x-sentinelx-project': project };
  const attempt = async <T>(safe: boolean, request: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await request();
        met = true;
        return answer;
      } catch (error) {
        const pause = pauseBefore(error, tries, safe && met);
        if (pause === undefined) throw withTokenAdvice(error, place);
        await wait(pause);
      }
    }
  };
  return {
    place,
    get project() {
      return project;
    },
    use(id) {
      project = id;
    },
    call(operation, input = {}) {
      const headers = inProject();
      if (operation.method === 'POST') headers['idempotency-key'] = randomUUID();
      return attempt(SAFE.has(operation.method), () => client.call(operation, input, { headers }));
    },
    download: (operation, input) =>
      attempt(true, () => client.download(operation, input, { headers: inProject() })),
    upload: (operation, input, file) =>
      attempt(false, async () => {
        const content = await openAsBlob(file.path, { type: file.mediaType });
        return client.upload(operation, input, { name: file.name, content }, { headers: inProject() });
      }),
    follow: (stream, after, subscriber, signal) =>
      followRemote({
        url: place.url,
        headers: { authorization: `Bearer ${place.token}`, ...inProject() },
        stream,
        after,
        subscriber,
        signal,
      }),
    close: async () => undefined,
  };
}

function pauseBefore(error: unknown, tries: number, again: boolean): number | undefined {
  if (!(error instanceof SentinelError)) return undefined;
  if (error.code === 'server-unreachable') return again ? AGAIN_MS[tries] : undefined;
  // Refused before anything was done: every request may be repeated.
  if (error.code !== 'too-many-attempts' || error.retryAfter === undefined || tries > 2) return undefined;
  return error.retryAfter <= LONGEST_PAUSE_S ? error.retryAfter * 1000 : undefined;
}
