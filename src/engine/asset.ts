import type { Transaction } from 'kysely';
import { newId } from '../lib/ids.ts';
import type { Database } from '../store/schema.ts';
import type { Target } from './targets.ts';

/** The asset of a target: made at its first run. */
export async function assetOf(
  tx: Transaction<Database>,
  project: string,
  target: Pick<Target, 'asset'>,
): Promise<string> {
  const { kind, key, name } = target.asset;
  const found = await tx
    .selectFrom('asset')
    .select('id')
    .where('project', '=', project)
    .where('kind', '=', kind)
    .where('key', '=', key)
    .executeTakeFirst();
  if (found) return found.id;
  const id = newId('ast');
  await tx.insertInto('asset').values({ id, project, kind, key, name, created: Date.now() }).execute();
  return id;
}
