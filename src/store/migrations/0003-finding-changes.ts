import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema.ts';
import { createTable, INT } from './table-sql.ts';

/** Further back than this an index of the findings is read anew instead of being brought up to date. */
const KEPT = 200_000;

/**
 * SQLite: which rows of `finding` changed, for the index of the lists, written by the database itself so that no writer can
 * forget it. New rows need no entry, their number is the highest. An entry below zero is a row of `finding_ref` that is gone.
 * PostgreSQL: the two orders of the lists.
 */
export async function up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  const columns = { seq: 'int primary key', finding: INT };
  await sql.raw(createTable({ name: 'finding_change', columns }, dialect)).execute(tx);
  const statements =
    dialect === 'sqlite'
      ? TRIGGERS
      : [
          'create index finding_worst on finding (project, severity_rank, id desc)',
          'create index finding_last_seen on finding (project, last_seen desc, id desc)',
        ];
  for (const statement of statements) await sql.raw(statement).execute(tx);
}

const forget = `delete from finding_change where seq <= last_insert_rowid() - ${KEPT};`;
const ofReference = (row: 'old' | 'new') =>
  `insert into finding_change (finding) select rowid from finding where id = ${row}.finding;`;

const TRIGGERS = [
  `create trigger finding_updated after update on finding begin
     insert into finding_change (finding) values (old.rowid); ${forget} end`,
  `create trigger finding_deleted after delete on finding begin
     insert into finding_change (finding) values (old.rowid); ${forget} end`,
  `create trigger finding_ref_updated after update on finding_ref begin
     ${ofReference('old')} ${ofReference('new')} end`,
  `create trigger finding_ref_deleted after delete on finding_ref begin
     ${ofReference('old')} insert into finding_change (finding) values (-old.rowid); ${forget} end`,
];
