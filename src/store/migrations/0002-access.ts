import { sql, type Transaction } from 'kysely';
import type { Database } from '../schema.ts';
import { createTable, ID, INT, postgresType, sqliteType, type Table, TEXT } from './table-sql.ts';

/** Who may do what: roles, grants, tokens, second factors; the audit chain; secrets; uploaded files. */
const TABLES: readonly Table[] = [
  {
    name: 'role',
    columns: { id: ID, name: `${TEXT} unique`, title: TEXT, permissions: TEXT, created: INT, updated: INT },
  },
  {
    name: 'grant_entry',
    columns: {
      id: ID,
      principal: TEXT,
      role: TEXT,
      project: TEXT,
      source: TEXT,
      created: INT,
      actor: TEXT,
    },
  },
  {
    name: 'token',
    columns: {
      id: ID,
      hash: `${TEXT} unique`,
      owner: TEXT,
      name: TEXT,
      permissions: TEXT,
      project: 'text',
      addresses: TEXT,
      created: INT,
      expires: 'int',
      used: 'int',
      used_from: 'text',
      revoked: 'int',
      actor: TEXT,
    },
  },
  {
    name: 'totp',
    columns: { user: ID, secret: TEXT, confirmed: 'int', last_step: INT, created: INT },
  },
  {
    name: 'recovery_code',
    columns: { user: TEXT, hash: TEXT, used: 'int' },
    key: '"user", hash',
    withoutRowid: true,
  },
  {
    name: 'passkey',
    columns: {
      id: ID,
      user: TEXT,
      name: TEXT,
      public_key: 'bytes not null',
      counter: INT,
      transports: TEXT,
      created: INT,
      used: 'int',
    },
  },
  {
    name: 'oidc_identity',
    columns: { issuer: TEXT, subject: TEXT, user: TEXT, created: INT },
    key: 'issuer, subject',
    withoutRowid: true,
  },
  {
    name: 'challenge',
    columns: { id: ID, kind: TEXT, user: 'text', data: TEXT, expires: INT },
  },
  {
    name: 'lockout',
    columns: { key: ID, failures: INT, until: INT, updated: INT },
  },
  {
    name: 'audit_entry',
    columns: {
      seq: 'int primary key',
      id: TEXT,
      time: INT,
      actor: TEXT,
      via: TEXT,
      address: TEXT,
      request: TEXT,
      operation: TEXT,
      project: TEXT,
      subject: TEXT,
      outcome: TEXT,
      code: 'text',
      before: 'text',
      after: 'text',
      mac: TEXT,
    },
  },
  {
    name: 'secret',
    columns: {
      id: ID,
      project: TEXT,
      name: TEXT,
      key: TEXT,
      nonce: TEXT,
      data: TEXT,
      tag: TEXT,
      created: INT,
      updated: INT,
      actor: TEXT,
    },
  },
  {
    name: 'stored_file',
    columns: {
      id: ID,
      project: TEXT,
      kind: TEXT,
      name: TEXT,
      media_type: TEXT,
      size: INT,
      sha256: TEXT,
      blob: TEXT,
      created: INT,
      expires: 'int',
      actor: TEXT,
    },
  },
  {
    name: 'idempotency',
    columns: { key: ID, fingerprint: TEXT, status: 'int', body: 'text', created: INT },
  },
  {
    name: 'plugin',
    columns: { id: ID, source: TEXT, hash: TEXT, approved: INT, actor: TEXT },
  },
];

const COLUMNS: readonly { table: string; name: string; type: string }[] = [
  // `person`, or `service`: an account without a password, for tokens only.
  { table: 'user_account', name: 'kind', type: "text not null default 'person'" },
  { table: 'user_account', name: 'email', type: "text not null default ''" },
  { table: 'user_account', name: 'must_change', type: 'int not null default 0' },
  { table: 'user_account', name: 'updated', type: 'int not null default 0' },
  { table: 'session', name: 'method', type: "text not null default 'password'" },
  { table: 'session', name: 'verified', type: 'int not null default 0' },
  { table: 'project', name: 'archived', type: 'int' },
];

const INDEXES = [
  'create unique index grant_once on grant_entry (principal, role, project)',
  'create index grant_project on grant_entry (project)',
  'create index token_owner on token (owner)',
  'create index passkey_user on passkey ("user")',
  'create index audit_time on audit_entry (time)',
  'create unique index secret_name on secret (project, name)',
  'create index stored_file_project on stored_file (project, id)',
  'create index challenge_expires on challenge (expires)',
  'create index idempotency_created on idempotency (created)',
];

export async function up(tx: Transaction<Database>, dialect: 'sqlite' | 'postgres'): Promise<void> {
  for (const table of TABLES) await sql.raw(createTable(table, dialect)).execute(tx);
  const typeOf = dialect === 'sqlite' ? sqliteType : postgresType;
  for (const { table, name, type } of COLUMNS)
    await sql.raw(`alter table "${table}" add column "${name}" ${typeOf(type)}`).execute(tx);
  for (const index of INDEXES) await sql.raw(index).execute(tx);
  // Accounts of the first schema carried their role; from now on a role is granted.
  await sql`insert into grant_entry (id, principal, role, project, source, created, actor)
    select 'grt_' || substr(id, 5), id, role, '*', 'manual', created, 'system' from user_account`.execute(tx);
}
