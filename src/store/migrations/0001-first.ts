import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema.ts';
import { createTable, ID, INT, type Table, TEXT } from './table-sql.ts';

const TABLES: readonly Table[] = [
  { name: 'meta', columns: { key: ID, value: TEXT } },
  {
    name: 'instances',
    columns: { id: ID, pid: INT, started: INT, host: TEXT, role: TEXT, heartbeat: INT, version: TEXT },
  },
  { name: 'project', columns: { id: ID, slug: `${TEXT} unique`, name: TEXT, created: INT } },
  {
    name: 'user_account',
    columns: {
      id: ID,
      login: `${TEXT} unique`,
      name: TEXT,
      password: TEXT,
      role: TEXT,
      created: INT,
      disabled: INT,
    },
  },
  {
    name: 'session',
    columns: { id: ID, user: TEXT, created: INT, seen: INT, expires: INT, address: TEXT, agent: TEXT },
  },
  {
    name: 'scope_entry',
    columns: { id: ID, project: TEXT, kind: TEXT, value: TEXT, created: INT, actor: TEXT },
  },
  { name: 'asset', columns: { id: ID, project: TEXT, kind: TEXT, key: TEXT, name: TEXT, created: INT } },
  {
    name: 'run',
    columns: {
      id: ID,
      project: TEXT,
      task: TEXT,
      task_version: INT,
      status: TEXT,
      params: TEXT,
      target: 'text',
      asset: 'text',
      principal: TEXT,
      instance: 'text',
      fence: INT,
      created: INT,
      started: 'int',
      ended: 'int',
      progress: 'text',
      counts: TEXT,
      output: 'text',
      error_code: 'text',
      error_message: 'text',
      rerun_of: 'text',
    },
  },
  {
    name: 'run_log',
    columns: { run: TEXT, seq: INT, time: INT, level: TEXT, text: TEXT },
    key: 'run, seq',
    withoutRowid: true,
  },
  {
    name: 'problem',
    columns: { run: TEXT, seq: INT, project: TEXT, at: TEXT, code: TEXT, message: TEXT },
    key: 'run, seq',
    withoutRowid: true,
  },
  {
    name: 'artifact',
    columns: {
      id: ID,
      project: TEXT,
      run: TEXT,
      name: TEXT,
      media_type: TEXT,
      size: INT,
      sha256: TEXT,
      blob: TEXT,
      created: INT,
    },
  },
  {
    name: 'coverage',
    columns: { run: TEXT, seq: INT, project: TEXT, scope: TEXT, rules: TEXT },
    key: 'run, seq',
    withoutRowid: true,
  },
  {
    name: 'rule',
    columns: { task: TEXT, id: TEXT, revision: INT, text: TEXT },
    key: 'task, id',
    withoutRowid: true,
  },
  {
    name: 'finding',
    columns: {
      id: ID,
      project: TEXT,
      asset: TEXT,
      task: TEXT,
      rule: TEXT,
      rule_revision: INT,
      title: TEXT,
      message: TEXT,
      severity: TEXT,
      severity_rank: INT,
      confidence: TEXT,
      status: TEXT,
      place: TEXT,
      location: TEXT,
      detail: TEXT,
      first_seen: INT,
      last_seen: INT,
      first_run: TEXT,
      last_run: TEXT,
      fixed_run: 'text',
    },
  },
  {
    name: 'finding_fingerprint',
    columns: { finding: TEXT, kind: TEXT, version: INT, value: 'bytes not null' },
    key: 'value, kind, version, finding',
    withoutRowid: true,
  },
  {
    name: 'finding_ref',
    columns: { finding: TEXT, project: TEXT, kind: TEXT, value: TEXT },
  },
  {
    name: 'occurrence',
    columns: { run: TEXT, finding: TEXT, project: TEXT, location: TEXT, change: TEXT },
    key: 'run, finding',
    withoutRowid: true,
  },
  {
    name: 'decision',
    columns: {
      id: ID,
      project: TEXT,
      finding: TEXT,
      time: INT,
      actor: TEXT,
      source: TEXT,
      from_status: TEXT,
      to_status: TEXT,
      reason: 'text',
      comment: 'text',
      rule_revision: INT,
      snapshot: TEXT,
      model_score: 'real',
      model_version: 'text',
    },
  },
  {
    name: 'event',
    columns: {
      seq: 'serial',
      id: TEXT,
      time: INT,
      type: TEXT,
      v: INT,
      project: TEXT,
      actor: TEXT,
      subject: TEXT,
      run: 'text',
      cause: 'text',
      data: TEXT,
    },
  },
  { name: 'reader_cursor', columns: { reader: ID, epoch: TEXT, seq: INT, updated: INT } },
];

/** An index entry of PostgreSQL holds 2,704 bytes; a path or a package URL may be longer, so these go by their hash there. */
const LONG_TEXT: Record<'sqlite' | 'postgres', readonly string[]> = {
  sqlite: [
    'create unique index asset_key on asset (project, kind, key)',
    'create unique index scope_value on scope_entry (project, kind, value)',
    'create unique index finding_ref_key on finding_ref (finding, kind, value)',
    'create index finding_ref_value on finding_ref (kind, value)',
  ],
  postgres: [
    'create unique index asset_key on asset (project, kind, md5(key))',
    'create index asset_key_value on asset using hash (key)',
    'create unique index scope_value on scope_entry (project, kind, md5(value))',
    'create unique index finding_ref_key on finding_ref (finding, kind, md5(value))',
    'create index finding_ref_value on finding_ref using hash (value)',
  ],
};

const INDEXES = [
  'create index run_project on run (project, id)',
  "create index run_unfinished on run (id) where status in ('queued', 'running', 'cancelling')",
  'create index artifact_run on artifact (run)',
  'create index session_of_user on session ("user")',
  'create index finding_list on finding (project, status, severity_rank, id)',
  'create index finding_asset on finding (asset, task, status, id)',
  'create index finding_last_run on finding (last_run, severity_rank, id)',
  'create index fingerprint_finding on finding_fingerprint (finding)',
  'create index occurrence_finding on occurrence (finding)',
  'create index decision_finding on decision (finding)',
  // The event table takes 150,000 rows a second with one secondary index and not with two.
  'create index event_run on event (run, seq) where run is not null',
];

export async function up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  for (const table of TABLES) await sql.raw(createTable(table, dialect)).execute(tx);
  for (const index of [...INDEXES, ...LONG_TEXT[dialect]]) await sql.raw(index).execute(tx);
  await tx
    .insertInto('project')
    .values({ id: 'prj_default', slug: 'default', name: 'Default', created: Date.now() })
    .execute();
}
