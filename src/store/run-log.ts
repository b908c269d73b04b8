import type { Kysely, Transaction } from 'kysely';
import { visibleText } from '../lib/visible-text.ts';
import type { LogLevel } from '../model/run.ts';
import { bulkInsert } from './bulk.ts';
import type { Database } from './schema.ts';

export interface LogEntry {
  seq: number;
  time: number;
  level: LogLevel;
  text: string;
}

export async function appendLog(
  tx: Transaction<Database>,
  dialect: 'sqlite' | 'postgres',
  run: string,
  lines: readonly LogEntry[],
): Promise<void> {
  const rows = lines.map((line) => ({ ...line, run, text: visibleText(line.text) }));
  await bulkInsert(tx, dialect, {
    table: 'run_log',
    columns: { run: 'text', seq: 'int', time: 'int', level: 'text', text: 'text' },
    rows,
  });
}

export async function readLog(
  db: Kysely<Database>,
  page: { run: string; after: number; limit: number },
): Promise<LogEntry[]> {
  const rows = await db
    .selectFrom('run_log')
    .selectAll()
    .where('run', '=', page.run)
    .where('seq', '>', page.after)
    .orderBy('seq')
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({ seq: row.seq, time: row.time, level: row.level as LogLevel, text: row.text }));
}
