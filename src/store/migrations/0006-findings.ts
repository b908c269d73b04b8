import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema.ts';
import { createTable, ID, INT, postgresType, sqliteType, type Table, TEXT } from './table-sql.ts';

const ADDED: Record<string, Record<string, string>> = {
  finding: {
    assignee: 'text',
    /** Until then it is not shown as work; `snooze_rank`: or until its severity is worse than this rank. */
    snooze_until: 'int',
    snooze_rank: 'int',
    /** The suppression rule that hides it. */
    hidden_by: 'text',
    /** The finding of another tool that reports the same. */
    merged_into: 'text',
    accept_until: 'int',
    /** Severity that a person gave it; a scan does not change it. */
    own_severity: 'text',
    priority: 'int',
    due: 'int',
    /** What was told about `due`: `due`, `breached`. */
    due_told: 'text',
    closed: 'int',
    /** What its tool said when a person gave it another severity. */
    tool_severity: 'text',
    /** Hash of all that a scan can change: a known finding with the same one needs no update. */
    content: 'text',
    /** How the last scan recognised it. */
    matched: 'text',
  },
  asset: { criticality: 'text', exposure: 'text' },
  /** The tool that looked, where a run speaks for others. */
  coverage: { tool: 'text' },
};

const TABLES: readonly Table[] = [
  {
    name: 'finding_label',
    columns: { finding: TEXT, project: TEXT, label: TEXT },
    key: 'finding, label',
    withoutRowid: true,
  },
  {
    name: 'finding_history',
    columns: {
      id: ID,
      project: TEXT,
      finding: TEXT,
      time: INT,
      actor: TEXT,
      kind: TEXT,
      change_set: 'text',
      data: TEXT,
    },
  },
  {
    name: 'change_set',
    columns: {
      id: ID,
      project: TEXT,
      kind: TEXT,
      actor: TEXT,
      created: INT,
      ended: 'int',
      status: TEXT,
      query: 'text',
      action: TEXT,
      total: INT,
      done: INT,
      changed: INT,
      skipped: TEXT,
      error: 'text',
      run: 'text',
      undone: 'int',
      undone_by: 'text',
      /** The process that works on it, and until when nobody else may. */
      worker: 'text',
      lease: 'int',
      /** Of what waits for a second person. */
      decided: 'int',
      decided_by: 'text',
      decision: 'text',
    },
  },
  {
    name: 'change_item',
    /** `planned`, `changed`, `skipped`, `undone`, `kept` (not undone); `reason` of the skipped and the kept ones. */
    columns: {
      change_set: TEXT,
      finding: TEXT,
      before: TEXT,
      after: TEXT,
      state: "text not null default 'changed'",
      reason: 'text',
    },
    key: 'change_set, finding',
    withoutRowid: true,
  },
  {
    name: 'suppression',
    columns: {
      id: ID,
      project: TEXT,
      name: TEXT,
      query: TEXT,
      reason: TEXT,
      comment: TEXT,
      owner: TEXT,
      created: INT,
      actor: TEXT,
      expires: 'int',
      ended: 'int',
    },
  },
  {
    name: 'import_receipt',
    columns: {
      run: ID,
      project: TEXT,
      file: 'text',
      name: TEXT,
      format: TEXT,
      tools: TEXT,
      sha256: TEXT,
      size: INT,
      receipt: TEXT,
      created: INT,
      actor: TEXT,
      undone: 'int',
      undone_by: 'text',
    },
  },
  {
    name: 'import_mapping',
    columns: { id: ID, project: TEXT, name: TEXT, mapping: TEXT, created: INT, actor: TEXT },
  },
  {
    name: 'close_review',
    columns: {
      id: ID,
      project: TEXT,
      run: TEXT,
      asset: TEXT,
      task: TEXT,
      open: INT,
      closing: INT,
      created: INT,
      status: TEXT,
      decided: 'int',
      decided_by: 'text',
    },
  },
  {
    /** How findings of a project are handled: one JSON document per name. */
    name: 'project_setting',
    columns: { project: TEXT, name: TEXT, value: TEXT, updated: INT, actor: TEXT },
    key: 'project, name',
    withoutRowid: true,
  },
  {
    name: 'merge_refusal',
    columns: { finding: TEXT, other: TEXT, project: TEXT, actor: TEXT, time: INT },
    key: 'finding, other',
    withoutRowid: true,
  },
  {
    name: 'policy_revision',
    columns: { project: TEXT, revision: INT, source: TEXT, note: TEXT, created: INT, actor: TEXT },
    key: 'project, revision',
    withoutRowid: true,
  },
  {
    name: 'cve_signal',
    columns: {
      cve: ID,
      kev_added: 'int',
      kev_due: 'int',
      ransomware: 'int',
      epss: 'real',
      percentile: 'real',
      updated: INT,
    },
  },
  {
    /** What a run saw, as sorted ids of 16 bytes each: two runs are compared without reading their occurrences. */
    name: 'run_set',
    columns: { run: ID, findings: 'bytes not null' },
  },
  { name: 'signal_snapshot', columns: { source: ID, as_of: INT, imported: INT, entries: INT, sha256: TEXT } },
  {
    name: 'report',
    columns: {
      id: ID,
      project: TEXT,
      title: TEXT,
      template: TEXT,
      about: TEXT,
      status: TEXT,
      created: INT,
      as_of: 'int',
      ended: 'int',
      actor: TEXT,
      findings: 'int',
      hash: 'text',
      error: 'text',
      schedule: 'text',
      expires: 'int',
      /** `ReportOptions`: formats, and the template as it was. */
      options: TEXT,
      progress: 'text',
      /** Who is at it, until when; the number goes up each time that somebody takes it. */
      instance: 'text',
      lease: 'int',
      fence: INT,
    },
  },
  {
    name: 'report_file',
    columns: {
      report: TEXT,
      format: TEXT,
      project: TEXT,
      name: TEXT,
      media_type: TEXT,
      size: INT,
      sha256: TEXT,
      blob: TEXT,
    },
    key: 'report, format',
    withoutRowid: true,
  },
  {
    name: 'report_template',
    columns: {
      id: ID,
      project: TEXT,
      name: TEXT,
      /** The built-in template whose contents it has. */
      base: 'text',
      source: TEXT,
      look: TEXT,
      created: INT,
      updated: INT,
      actor: TEXT,
    },
  },
  {
    name: 'report_share',
    columns: {
      id: ID,
      project: TEXT,
      report: TEXT,
      hash: TEXT,
      format: TEXT,
      password: 'text',
      redact: INT,
      created: INT,
      expires: INT,
      revoked: 'int',
      actor: TEXT,
    },
  },
  {
    name: 'report_access',
    columns: { id: ID, share: TEXT, time: INT, address: TEXT, agent: TEXT, outcome: TEXT },
  },
  {
    name: 'saved_view',
    columns: {
      id: ID,
      project: TEXT,
      owner: TEXT,
      name: TEXT,
      place: TEXT,
      query: TEXT,
      sort: TEXT,
      shared: INT,
      created: INT,
      updated: INT,
    },
  },
];

const INDEXES = [
  'create index finding_label_label on finding_label (project, label)',
  'create index finding_history_finding on finding_history (finding, id)',
  // For what changed between two moments, whatever findings it was.
  'create index finding_history_time on finding_history (project, time)',
  'create index change_set_project on change_set (project, id)',
  'create index suppression_project on suppression (project, id)',
  'create index import_receipt_project on import_receipt (project, run)',
  'create index close_review_project on close_review (project, id)',
  'create index report_project on report (project, id)',
  'create index report_unfinished on report (id) where ended is null',
  'create index report_file_blob on report_file (blob)',
  'create index report_share_report on report_share (report)',
  'create unique index report_share_hash on report_share (hash)',
  'create index report_access_share on report_access (share, id)',
  'create index change_set_open on change_set (status) where ended is null',
  'create index change_item_state on change_item (change_set, state, finding)',
  'create index finding_suppressed on finding (hidden_by) where hidden_by is not null',
  // The same words as in the query that counts what lists leave out.
  'create index finding_hidden on finding (project, hidden_by, merged_into, snooze_until, snooze_rank, status, severity) where (hidden_by is not null or merged_into is not null or snooze_until is not null or snooze_rank is not null)',
  'create index saved_view_project on saved_view (project, name)',
  // Those that were stored with a former version of the fingerprints: none, once all have been seen again.
  'create index fingerprint_older on finding_fingerprint (version) where version < 2',
  'create index finding_merged on finding (merged_into) where merged_into is not null',
  'create index finding_due on finding (due) where due is not null',
  // What the clock has still to tell; the same words as in its query.
  "create index finding_due_untold on finding (due) where due is not null and coalesce(due_told, '') <> 'breached' and status in ('open', 'confirmed')",
  'create index finding_accepted on finding (accept_until) where accept_until is not null',
  'create index finding_snoozed on finding (snooze_until) where snooze_until is not null',
  // For what was opened and closed by day: a scan would read every finding's detail.
  'create index finding_opened on finding (project, first_seen, severity_rank)',
  'create index finding_closed on finding (project, closed, severity_rank) where closed is not null',
];

/** SQLite: labels are part of what the index of the lists holds, as in 0003. */
const TRIGGERS = (['insert', 'delete'] as const).map((change) => {
  const row = change === 'insert' ? 'new' : 'old';
  return `create trigger finding_label_${change} after ${change} on finding_label begin
     insert into finding_change (finding) select rowid from finding where id = ${row}.finding; end`;
});

/** Lifecycle, imports, policy and reports. */
export async function up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  const type = dialect === 'sqlite' ? sqliteType : postgresType;
  for (const [table, columns] of Object.entries(ADDED))
    for (const [name, column] of Object.entries(columns))
      await sql.raw(`alter table "${table}" add column "${name}" ${type(column)}`).execute(tx);
  for (const table of TABLES) await sql.raw(createTable(table, dialect)).execute(tx);
  for (const index of INDEXES) await sql.raw(index).execute(tx);
  if (dialect === 'sqlite') for (const trigger of TRIGGERS) await sql.raw(trigger).execute(tx);
}
