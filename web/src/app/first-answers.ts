import type { QueryClient } from '@tanstack/react-query';
import { createContext, type LoaderFunctionArgs, type Params } from 'react-router';
import type { Permission } from '../api/access-types.ts';
import { gateOf, sessionQuery } from './session.ts';

/** Longer than this a page is drawn without what it asked for: it then shows where the answers will be. */
const WAIT_MS = 150;

export const queryClientOf = createContext<QueryClient>();

interface Asking {
  client: QueryClient;
  params: Params;
  search: URLSearchParams;
  may: (permission: Permission) => boolean;
}

/**
 * The loader of a page: asks for what it begins with as soon as its code is there, and not only when it stands. With the answers at
 * hand the page is drawn once, in its final shape.
 */
export function firstAnswers(ask: (asking: Asking) => readonly Promise<unknown>[]) {
  return async ({ context, params, request }: LoaderFunctionArgs): Promise<null> => {
    const client = context.get(queryClientOf);
    // Why there is none is told by the gate around the page.
    const session = await client.ensureQueryData(sessionQuery).catch(() => null);
    const user = session?.user;
    // Whoever has something to do before the app is refused everything until then.
    if (!user || gateOf(user) !== undefined) return null;
    const may = (permission: Permission) => user.permissions.includes(permission);
    const asked = ask({ client, params, search: new URL(request.url).searchParams, may });
    await Promise.race([Promise.allSettled(asked), new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
    return null;
  };
}
