import type { Kysely } from 'kysely';
import type { Database } from '../store/schema.ts';
import type { Target } from './targets.ts';

type Asset = Target['asset'];

const ENDINGS =
  /(?:\.cdx|\.sarif|\.vex|\.report)?\.(?:json|jsonl|ndjson|sarif|xml|csv|tsv|txt|log|html|zip|tar|tgz)$/i;

/** What an import is about: the asset that its user named, else the one of the name of the file, until the report says more. */
export async function assetOfImport(
  db: Kysely<Database>,
  project: string,
  { named, file }: { named: unknown; file: string },
): Promise<Asset> {
  if (typeof named === 'string') return assetNamed(db, project, named);
  const name = (file.split(/[/\\]/).at(-1) ?? '').replace(/\.gz$/i, '');
  return assetNamed(db, project, name.replace(ENDINGS, '') || name || 'report');
}

/** An asset of the project that people or tools call so, or a new one. */
export async function assetNamed(db: Kysely<Database>, project: string, name: string): Promise<Asset> {
  const fresh = assetFrom(name);
  const found = await db
    .selectFrom('asset')
    .select(['kind', 'key', 'name'])
    .where('project', '=', project)
    .where((is) => is.or([is('key', 'in', [fresh.key, `upload:${name}`]), is('name', '=', name)]))
    .orderBy('created')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return found ? { ...found, kind: found.kind === 'origin' ? 'origin' : 'folder' } : fresh;
}

/** A repository is the same asset as a checkout of it that we scan ourselves (`folderAsset`). */
function assetFrom(name: string): Asset {
  const [, , repository] =
    /^(?:(?:https?|ssh|git):\/\/(?:[^@/]*@)?|(git@))([^\s]+?)(?:\.git)?\/?$/.exec(name) ?? [];
  if (repository === undefined) return { kind: 'folder', key: `upload:${name}`, name };
  const place = repository.replace(/^([^/:]+):/, '$1/');
  return { kind: 'folder', key: `git:${place}#`, name: place.split('/').at(-1) || place };
}
