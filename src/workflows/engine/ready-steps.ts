import { type Kysely, sql } from 'kysely';
import type { Database } from '../../store/schema.ts';

export interface ReadyStep {
  run: string;
  name: string;
  item: number;
  fence: number;
}

/** What steps that are ready need of a worker: each text once, however many steps there are. */
export async function requirementsReady(db: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ value: string }>`
    with recursive known(value) as (
      select (select min(requirement) from workflow_step where status = 'ready')
      union all
      select (select min(requirement) from workflow_step where status = 'ready' and requirement > known.value)
      from known where known.value is not null
    )
    select value from known where value is not null`.execute(db);
  return rows.map((row) => row.value);
}

async function projectsReady(db: Kysely<Database>, requirement: string): Promise<string[]> {
  const { rows } = await sql<{ value: string }>`
    with recursive known(value) as (
      select (select min(project) from workflow_step where status = 'ready' and requirement = ${requirement})
      union all
      select (select min(project) from workflow_step
              where status = 'ready' and requirement = ${requirement} and project > known.value)
      from known where known.value is not null
    )
    select value from known where value is not null`.execute(db);
  return rows.map((row) => row.value);
}

/**
 * At most `limit` steps that are ready, the projects in turn, within a project those of the best priority first and then those that
 * have waited longest. `turn` says which project is first this time.
 */
export async function pickReady(
  db: Kysely<Database>,
  {
    requirement,
    limit,
    turn,
    only,
  }: { requirement: string; limit: number; turn: number; only: ReadonlySet<string> | null },
): Promise<ReadyStep[]> {
  const projects = await projectsReady(db, requirement);
  const lists = [];
  for (const project of projects) {
    let query = db
      .selectFrom('workflow_step')
      .select(['run', 'name', 'item', 'fence'])
      .where('status', '=', 'ready')
      .where('requirement', '=', requirement)
      .where('project', '=', project);
    if (only) query = query.where('run', 'in', [...only]);
    lists.push(await query.orderBy('priority').orderBy('ready').orderBy('run').limit(limit).execute());
  }
  return inTurn(lists, { limit, turn });
}

export function inTurn<T>(
  lists: readonly (readonly T[])[],
  { limit, turn }: { limit: number; turn: number },
): T[] {
  const picked: T[] = [];
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let place = 0; place < longest; place += 1)
    for (let index = 0; index < lists.length; index += 1) {
      const one = lists[(index + turn) % lists.length]?.[place];
      if (one !== undefined && picked.length < limit) picked.push(one);
    }
  return picked;
}
