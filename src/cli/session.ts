import { userInfo } from 'node:os';
import type * as z from 'zod';
import { type App, openApp } from '../app.ts';
import { newId } from '../lib/ids.ts';
import { invoke } from '../operations/invoke.ts';
import type { Caller, Operation } from '../operations/operation.ts';
import { configOf, type GlobalOptions, VERSION } from './globals.ts';

const DEFAULT_PROJECT = 'prj_default';

/** The owner of the data folder, with all permissions. */
export function localCaller(project = DEFAULT_PROJECT): Caller {
  return {
    id: `local:${userName()}`,
    name: userName(),
    project,
    local: true,
    permissions: 'all',
    via: { kind: 'local', id: null },
    verified: Number.POSITIVE_INFINITY,
  };
}

/** Opens the application for one command and closes it behind it. */
export async function withApp<T>(globals: GlobalOptions, work: (app: App) => Promise<T>): Promise<T> {
  const app = await openApp(configOf(globals).config, { role: 'cli', version: VERSION });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** Calls an operation as the server would, without the network. */
export async function call<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  O extends z.ZodType,
>(
  app: App,
  operation: Operation<P, Q, B, O>,
  input: { path?: z.input<P>; query?: z.input<Q>; body?: z.input<B> } = {},
  caller: Caller = localCaller(),
): Promise<z.output<O>> {
  return invoke(
    operation,
    { services: app.services, caller, from: { address: '', agent: 'cli', request: newId('req') } },
    () => ({
      path: operation.pathParams.parse(input.path ?? {}) as z.output<P>,
      query: operation.query.parse(input.query ?? {}) as z.output<Q>,
      body: operation.body.parse(input.body),
    }),
  );
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}
