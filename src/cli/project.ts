import type { App } from '../app.ts';
import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';
import type { Caller } from '../operations/operation.ts';
import { localCaller } from './session.ts';

/** The caller in the project of that id, short name or name; in the usual one when none is named. */
export async function projectCaller(app: App, named: string | undefined): Promise<Caller> {
  if (named === undefined) return localCaller();
  const projects = await app.services.store.db
    .selectFrom('project')
    .select(['id', 'slug', 'name'])
    .orderBy('slug')
    .execute();
  const found = projects.find(({ id, slug, name }) => [id, slug, name].includes(named));
  if (found) return localCaller(found.id);
  const near = closest(
    named,
    projects.map((project) => project.slug),
  );
  throw new SentinelError(
    'not-found',
    `--project: there is no project '${named}'.${near ? ` Did you mean '${near}'?` : ` There are: ${projects.map((project) => project.slug).join(', ')}.`}`,
  );
}
