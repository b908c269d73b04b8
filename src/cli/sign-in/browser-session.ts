import * as z from 'zod';
import { SentinelError } from '../../lib/errors.ts';
import { type Client, createClient } from '../../operations/client.ts';
import type { AnyOperation } from '../../operations/operation.ts';
import { VERSION } from '../globals.ts';

/** Signed in as a page is: the cookie is kept for the few requests of a sign-in, and nowhere else. */
export interface BrowserLikeSession {
  /** Calls an operation with the cookie and the origin that a page would send. */
  call<T extends z.ZodType>(operation: AnyOperation, body: unknown, shape: T): Promise<z.output<T>>;
}

export function openBrowserLikeSession(url: string): BrowserLikeSession {
  let cookie: string | undefined;
  const remembering: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const set = response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '');
    const session = set.find((pair) => /^[\w-]*sentinelx_session=./.test(pair));
    if (session !== undefined) cookie = session;
    return response;
  };
  const client: Client = createClient({ base: url, fetch: remembering, timeoutMs: 60_000 });
  return {
    async call(operation, body, shape) {
      const answer: unknown = await client.call({ ...operation, output: z.unknown() }, { body } as never, {
        headers: {
          origin: new URL(url).origin,
          'user-agent': `sentinelx-cli/${VERSION}`,
          ...(cookie === undefined ? {} : { cookie }),
        },
      });
      const result = shape.safeParse(answer);
      if (result.success) return result.data;
      throw new SentinelError(
        'unknown-answer',
        `${url} answers ${operation.id} with something that this release does not know.`,
        { cause: result.error },
      );
    },
  };
}
