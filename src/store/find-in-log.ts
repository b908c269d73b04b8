import { type Kysely, sql } from 'kysely';
import type { LogLevel } from '../model/run.ts';
import { fold } from './findings-index/filter.ts';
import type { Database } from './schema.ts';

/** Numbers of the lines of one run that hold the words, whatever their case (A–Z), in their order. One more than `limit` tells of more. */
export async function findInLog(
  db: Kysely<Database>,
  asked: { run: string; words: string; levels: readonly LogLevel[] | null; limit: number },
): Promise<{ total: number; seqs: number[] }> {
  const pattern = `%${fold(asked.words).replace(/[\\%_]/g, '\\$&')}%`;
  let lines = db
    .selectFrom('run_log')
    .where('run', '=', asked.run)
    .where(sql<boolean>`lower(text) like ${pattern} escape '\\'`);
  if (asked.levels) lines = lines.where('level', 'in', [...asked.levels]);
  const [{ total }, rows] = await Promise.all([
    lines.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    lines.select('seq').orderBy('seq').limit(asked.limit).execute(),
  ]);
  return { total: Number(total), seqs: rows.map(({ seq }) => Number(seq)) };
}
