import { userInfo } from 'node:os';
import { type App, openApp } from '../app.ts';
import { loadConfig } from '../config.ts';
import { OPERATIONS } from '../operations/all.ts';
import type { AnyOperation, Caller } from '../operations/operation.ts';
import { type GlobalOptions, VERSION } from './main.ts';

/** The owner of the data folder, with all permissions. */
export function localCaller(): Caller {
  return { id: `local:${userName()}`, project: 'prj_default', local: true, permissions: 'all' };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}

/** Opens the application for one command and closes it behind it. */
export async function withApp<T>(globals: GlobalOptions, work: (app: App) => Promise<T>): Promise<T> {
  const { config } = loadConfig({ file: globals.config });
  const app = await openApp(config, { role: 'cli', version: VERSION });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** Calls an operation as the server would, without the network. */
export async function callOperation(
  app: App,
  id: (typeof OPERATIONS)[number]['id'],
  input: { path?: object; query?: object; body?: object },
): Promise<unknown> {
  const operation = (OPERATIONS as readonly AnyOperation[]).find((candidate) => candidate.id === id);
  if (!operation) throw new Error(`There is no operation ${id}.`);
  const result = await operation.handler(
    { services: app.services, caller: localCaller() },
    {
      path: operation.pathParams.parse(input.path ?? {}),
      query: operation.query.parse(input.query ?? {}),
      body: operation.body.parse(input.body ?? {}),
    },
  );
  return operation.output.parse(result);
}
