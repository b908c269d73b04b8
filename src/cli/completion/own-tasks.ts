import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { visibleText } from '../../lib/visible-text.ts';
import type { TaskInfo } from '../../model/task-info.ts';
import { listTasks, taskInfo } from '../../operations/tasks.ts';
import { choosePlace } from '../connect/place.ts';
import { configOf, type GlobalOptions } from '../globals.ts';
import { type Session, withSession } from '../session.ts';

/** A key press does not wait longer; what comes later is not shown. */
const PATIENCE_MS = 3_000;

/** Tasks of this installation besides those that come with SentinelX, as pairs of id and summary. */
export async function ownTasks(
  options: GlobalOptions,
  builtIn: (id: string) => boolean,
): Promise<[id: string, summary: string][]> {
  if (!(await mayHaveSome(options))) return [];
  const found = await soon(options, (session) => session.call(listTasks));
  return (found?.items ?? [])
    .filter(({ id }) => !builtIn(id))
    .map(({ id, summary }) => [visibleText(id), oneLine(summary)]);
}

export function ownTaskInfo(options: GlobalOptions, task: string): Promise<TaskInfo | undefined> {
  return soon(options, (session) => session.call(taskInfo, { path: { task } }));
}

/** Most have none: then no database is opened for a key press. */
async function mayHaveSome(options: GlobalOptions): Promise<boolean> {
  if ((await choosePlace(options)).kind === 'server') return true;
  const { dataDir, plugins } = configOf(options).config;
  return plugins.length > 0 || existsSync(join(dataDir, 'plugins'));
}

async function soon<T>(
  options: GlobalOptions,
  ask: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), PATIENCE_MS);
  try {
    return await Promise.race([withSession(options, ask), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A tab or line break would be the end of it to the shell. */
function oneLine(text: string): string {
  return visibleText(text).replace(/\s+/g, ' ');
}
