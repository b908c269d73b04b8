import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { taskInfo } from '../operations/tasks.ts';
import type { Session } from './session.ts';
import { type Property, propertiesOf } from './task-properties.ts';

/** Not a path of this machine: a sample that comes with SentinelX, or a file that was uploaded. */
const ELSEWHERE = /^(sample|upload):/;

/** Names of the parameters of a task that are paths. */
export async function pathParameters(session: Session, task: string): Promise<string[]> {
  const info = await session.call(taskInfo, { path: { task } });
  return propertiesOf(info)
    .filter(([, property]) => isPath(property))
    .map(([name]) => name);
}

/**
 * Paths as they are from here: a server, and a later rerun, know nothing of the folder in which the command was typed.
 */
export async function localPaths(
  session: Session,
  task: string,
  params: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const names = await pathParameters(session, task);
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      names.includes(name) && isLocalPath(value) ? absolutePath(value) : value,
    ]),
  );
}

export function isLocalPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !ELSEWHERE.test(value);
}

export function absolutePath(path: string): string {
  return resolve(path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path);
}

function isPath(property: Property): boolean {
  return property.kind === 'path';
}
