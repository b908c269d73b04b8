import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import * as z from 'zod';
import { probeIsolation } from '../engine/isolation/probe.ts';
import { requirementCounts } from '../store/workflow-runs.ts';
import { isMet, membersAlive } from '../workflows/scale/members.ts';
import { type Check, fail, ok } from './checks/check.ts';
import { checkDataFolder } from './checks/data-folder.ts';
import { checkPrograms } from './checks/programs.ts';
import { checkQueue } from './checks/redis.ts';
import { checkSecondFactor } from './checks/second-factor.ts';
import { checkWorkers } from './checks/workers.ts';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';
import type { Services } from './services.ts';

export const systemGet = defineOperation({
  id: 'system.get',
  summary: 'State of the server: version, database, disk, queue, workers',
  method: 'GET',
  path: '/system',
  permission: 'system:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({
    version: z.string(),
    node: z.string(),
    started: z.int().describe('Of this process'),
    memoryBytes: z.int().describe('Of this process'),
    database: z.object({
      kind: z.enum(['sqlite', 'postgres']),
      bytes: z.int().nullable().describe('Null: it does not say'),
      events: z.int().describe('Number of the newest event'),
    }),
    disk: z.object({ folder: z.string(), freeBytes: z.int(), totalBytes: z.int() }),
    files: z.enum(['disk', 's3']).describe('Where files are kept'),
    runs: z.object({
      active: z.int().describe('In this process'),
      queued: z.int().describe('That wait for a place in this process'),
    }),
    steps: z.object({
      waiting: z.int().describe('Steps of workflows that are ready and that nobody has taken'),
      unmet: z.int().describe('Those of them that no process that lives can take'),
      queueUp: z.boolean().nullable().describe('Null: steps go through no queue'),
    }),
    processes: z.object({
      servers: z.int(),
      workers: z.int(),
      versions: z.array(z.string()).describe('More than one: an upgrade is under way'),
    }),
  }),
  cli: 'system show',
  async handler({ services }) {
    const { store, dataDir, engine } = services;
    const [members, steps, disk, bytes, events] = await Promise.all([
      membersAlive(store, services.deadMs),
      requirementCounts(store.db),
      statfs(dataDir),
      databaseBytes(services),
      store.head(),
    ]);
    const waiting = (some: typeof steps) => some.reduce((sum, { ready, queued }) => sum + ready + queued, 0);
    return {
      version: services.version,
      node: process.versions.node,
      started: Math.round(Date.now() - process.uptime() * 1000),
      memoryBytes: process.memoryUsage.rss(),
      database: { kind: store.dialect, bytes, events },
      disk: { folder: dataDir, freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize },
      files: services.blobs.kind,
      runs: { active: engine.activeRuns(), queued: engine.queuedRuns() },
      steps: {
        waiting: waiting(steps),
        unmet: waiting(steps.filter(({ requirement }) => !isMet(requirement, members))),
        queueUp: services.workflows.queueUp?.() ?? null,
      },
      processes: {
        servers: members.filter(({ role }) => role === 'server').length,
        workers: members.filter(({ role }) => role === 'worker').length,
        versions: [...new Set(members.map(({ version }) => version))].sort(),
      },
    };
  },
});

const CheckResult = z.object({
  name: z.string(),
  verdict: z.enum(['ok', 'warn', 'fail']),
  detail: z.string(),
  advice: z.string().optional().describe('What to do'),
});

export const systemChecks = defineOperation({
  id: 'system.checks',
  summary:
    'Examine the server as `doctor` does: folder, disk, database, isolation of runs, Redis, workers, programs',
  method: 'GET',
  path: '/system/checks',
  permission: 'system:read',
  audited: false,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: z.object({ ok: z.boolean(), checked: z.int(), checks: z.array(CheckResult) }),
  cli: 'system check',
  async handler({ services }) {
    const checks: Check[] = [
      ...checkDataFolder(services.dataDir),
      await checkDatabase(services),
      await checkIsolation(),
      ...(await checkQueue(services)),
      ...(await checkWorkers(services.store)),
      await checkSecondFactor(services),
      ...checkPrograms(),
    ];
    return { ok: checks.every(({ verdict }) => verdict !== 'fail'), checked: Date.now(), checks };
  },
});

/** The file with what is not yet moved into it; on PostgreSQL the database itself. */
async function databaseBytes({ store, dataDir }: Services): Promise<number | null> {
  if (store.dialect === 'postgres') {
    const { rows } = await sql<{ bytes: number }>`
      select pg_database_size(current_database()) as bytes`.execute(store.db);
    return rows[0] ? Number(rows[0].bytes) : null;
  }
  const sizes = await Promise.all(
    ['sentinelx.db', 'sentinelx.db-wal'].map((name) =>
      stat(join(dataDir, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function checkDatabase({ store }: Services): Promise<Check> {
  const state = await store.check();
  return state === 'ok'
    ? ok('database', `${store.dialect}, intact`)
    : fail('database', state, 'Restore a backup.');
}

async function checkIsolation(): Promise<Check> {
  const { ok: works, detail } = await probeIsolation();
  return works
    ? ok('isolation', detail)
    : fail('isolation', detail, 'Start SentinelX with the Node that npm brought.');
}
