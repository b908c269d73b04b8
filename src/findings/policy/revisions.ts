import type { Kysely } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { WriteContext } from '../../store/store.ts';
import { requestPass } from '../priority/passes.ts';
import type { Weights } from '../priority/weights.ts';
import type { ParsePolicy } from './document.ts';
import { NO_POLICY, type Policy } from './policy.ts';
import { readPolicy } from './read-policy.ts';

export interface StoredPolicy {
  revision: number;
  source: string;
  note: string;
  created: number;
  actor: string;
}

export async function newestRevision(db: Kysely<Database>, project: string): Promise<StoredPolicy | null> {
  const row = await db
    .selectFrom('policy_revision')
    .selectAll()
    .where('project', '=', project)
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? toStored(row) : null;
}

export async function readRevision(
  db: Kysely<Database>,
  project: string,
  revision: number,
): Promise<StoredPolicy | null> {
  const row = await db
    .selectFrom('policy_revision')
    .selectAll()
    .where('project', '=', project)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return row ? toStored(row) : null;
}

export async function listRevisions(
  db: Kysely<Database>,
  { project, before, limit }: { project: string; before: number | undefined; limit: number },
): Promise<Omit<StoredPolicy, 'source'>[]> {
  let rows = db
    .selectFrom('policy_revision')
    .select(['revision', 'note', 'created', 'actor'])
    .where('project', '=', project)
    .orderBy('revision', 'desc')
    .limit(limit);
  if (before !== undefined) rows = rows.where('revision', '<', before);
  return (await rows.execute()).map((row) => ({
    ...row,
    revision: Number(row.revision),
    created: Number(row.created),
  }));
}

/** The next revision; findings are looked at again for their priority and their end. */
export async function addRevision(
  context: Pick<WriteContext, 'tx' | 'emit'>,
  {
    project,
    source,
    note,
    actor,
    now,
  }: Omit<StoredPolicy, 'revision' | 'created'> & { project: string; now: number },
): Promise<StoredPolicy> {
  const before = await newestRevision(context.tx, project);
  const stored = { revision: (before?.revision ?? 0) + 1, source, note, created: now, actor };
  await context.tx
    .insertInto('policy_revision')
    .values({ project, ...stored })
    .execute();
  context.emit({
    type: 'policy.saved',
    project,
    actor,
    subject: project,
    data: { revision: stored.revision },
  });
  await requestPass(context, { project, scope: 'all', now });
  return stored;
}

export interface LoadedPolicy {
  /** Null: the project has none. */
  revision: number | null;
  policy: Policy;
}

/** The policy of a project; one that this release cannot read any more decides nothing. */
export async function loadPolicy(
  db: Kysely<Database>,
  project: string,
  parse: ParsePolicy,
): Promise<LoadedPolicy> {
  const stored = await newestRevision(db, project);
  if (!stored) return { revision: null, policy: NO_POLICY };
  const { policy } = readPolicy(parse(stored.source), Date.now());
  return { revision: stored.revision, policy: policy ?? NO_POLICY };
}

export async function loadWeights(
  db: Kysely<Database>,
  project: string,
  parse: ParsePolicy,
): Promise<Weights> {
  return (await loadPolicy(db, project, parse)).policy.weights;
}

/** Reads each revision once. */
export function createPolicies(db: Kysely<Database>, parse: ParsePolicy) {
  const kept = new Map<string, LoadedPolicy>();
  return async (project: string): Promise<LoadedPolicy> => {
    const row = await db
      .selectFrom('policy_revision')
      .select((e) => e.fn.max('revision').as('revision'))
      .where('project', '=', project)
      .executeTakeFirst();
    const revision = row?.revision == null ? null : Number(row.revision);
    const known = kept.get(project);
    if (known && known.revision === revision) return known;
    const loaded = await loadPolicy(db, project, parse);
    kept.set(project, loaded);
    return loaded;
  };
}

function toStored(row: StoredPolicy): StoredPolicy {
  const { revision, source, note, created, actor } = row;
  return { revision: Number(revision), source, note, created: Number(created), actor };
}
