import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openAccessCache } from './access/access-version.ts';
import { openAccounts } from './access/accounts.ts';
import { INSTANCE } from './access/audit.ts';
import { openAuditAnchor } from './access/audit-anchor.ts';
import { openGrants } from './access/grants.ts';
import { type KeyConfig, keySource } from './access/key-source.ts';
import { openKeyring } from './access/keyring.ts';
import { type OidcProvider, openOidc } from './access/oidc.ts';
import { takeOverOldSecrets } from './access/old-secrets.ts';
import { openRotations } from './access/rotation/rotations.ts';
import { openSecondFactorRule } from './access/second-factor-rule.ts';
import { openSecondFactors } from './access/second-factors.ts';
import { openSecretStore } from './access/secret-store.ts';
import { openSessions } from './access/sessions.ts';
import { openSignIn } from './access/sign-in.ts';
import { openTokens } from './access/tokens.ts';
import { type BlobConfig, openBlobs } from './blobs/open-blobs.ts';
import { ConfigSchema } from './config/schema.ts';
import { environment, type LoadedConfig } from './config.ts';
import { type Catalogue, openCatalogue } from './engine/catalogue.ts';
import { startEngine } from './engine/engine.ts';
import { startFileRetention } from './engine/file-retention.ts';
import { DEAD_MS, type Role } from './engine/instance.ts';
import { openOwnTasks } from './engine/own-tasks/own-tasks.ts';
import { programLabels } from './engine/programs.ts';
import { openRunJobs } from './engine/run-jobs/run-jobs.ts';
import { taskIds } from './engine/tasks.ts';
import { openLifecycle } from './findings/lifecycle/lifecycle.ts';
import { createFollower } from './findings/policy/follow-log.ts';
import { createPolicies } from './findings/policy/revisions.ts';
import { visibleText } from './lib/visible-text.ts';
import { applyOutgoing, type OutgoingSettings, readOutgoing } from './net/outgoing.ts';
import { backgroundCaller } from './operations/background-caller.ts';
import { createMayRun } from './operations/may-run.ts';
import type { Services } from './operations/services.ts';
import { mayRunTasks, runOperationStep } from './operations/step.ts';
import type { RedisLink } from './redis/link.ts';
import type { RedisState } from './redis/probe.ts';
import { sharedCache } from './redis/shared-cache.ts';
import { openReports } from './reports/job/report-jobs.ts';
import { openStore } from './store/open.ts';
import { parseDocument } from './workflows/definition/document.ts';
import { createCore } from './workflows/engine/core.ts';
import type { ScaleSettings } from './workflows/scale/scale.ts';
import { openTriggers } from './workflows/triggers/triggers.ts';
import { openWorkflows } from './workflows/workflows.ts';

/** What the application needs of the configuration. */
export interface AppConfig {
  dataDir: string;
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  limits: {
    memoryMb: number;
    timeSeconds: number;
    findings: number;
    logLines: number;
    concurrentRuns: number;
  };
  net: { userAgent: string; ratePerSecond: number } & OutgoingSettings;
  /** Where the key of the instance comes from; `instance.key` in the data folder when it does not say. */
  keys?: KeyConfig | undefined;
  blobs?: BlobConfig | undefined;
  uploads?: {
    maxMb: number;
    quotaMb: number;
    unpackedMb: number;
    keepDays: number;
    types: readonly string[];
  };
  reports?: { keepDays: number } | undefined;
  publicUrl?: string | undefined;
  /** This process as one that does steps of workflows. */
  worker?: { labels: Readonly<Record<string, string>>; places?: number | undefined } | undefined;
  queue?: QueueConfig | undefined;
  /** npm packages with own tasks. */
  plugins?: readonly string[] | undefined;
  /** How people sign in; as the schema has it when it does not say. */
  auth?: AuthConfig | undefined;
}

export interface QueueConfig {
  backlog: number;
  stalledSeconds: number;
  recoverSeconds: number;
  deadSeconds: number;
}

export interface AuthConfig {
  passwordSignIn: boolean;
  sessionHours: number;
  sessionIdleMinutes: number;
  oidc: readonly OidcProvider[];
  /** Roles, or `*`; nobody when it does not say. */
  secondFactorFor?: readonly string[];
}

const AUTH: AuthConfig = { passwordSignIn: true, sessionHours: 12, sessionIdleMinutes: 120, oidc: [] };

const REPORT_DAYS = 365;
const MB = 1024 * 1024;
const SECOND = 1000;
const CATCH_UP_MS = 5_000;

export interface App {
  services: Services;
  close(): Promise<void>;
}

/** Opens what everything else uses, in order; closing goes the other way. */
export async function openApp(
  config: AppConfig,
  options: {
    role: Role;
    version: string;
    configuration?: LoadedConfig | undefined /** Hears of what broke in the background. */;
    failed?: (error: unknown) => void;
    /** How often it looks for what a dead process left; tests do not wait as long. */
    recoverMs?: number;
  },
): Promise<App> {
  const outgoing = readOutgoing(config.net);
  applyOutgoing(outgoing);
  let redis: RedisLink | undefined;
  const store = await openStore({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl,
    announce: () => redis?.announce(),
  });
  try {
    if (config.databaseUrl) await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    const keys = await openKeyring(store, keySource(config.keys ?? {}, config.dataDir));
    if (await keys.outdated()) await keys.rewrap();
    const auditKey = await keys.mac('audit');
    const audit = { key: auditKey, dialect: store.dialect };
    const secrets = openSecretStore({ store, keys, audit });
    await takeOverOldSecrets(config.dataDir, { store, keys, secrets });
    const uploads = config.uploads ?? ConfigSchema.shape.uploads.parse(undefined);
    const blobs = await openBlobs(config.blobs, join(config.dataDir, 'blobs'), (name) =>
      secrets.read({ project: INSTANCE, name }, { actor: 'system', via: 'host', purpose: 'blobs.s3' }),
    );
    const ownTasks = openOwnTasks({
      db: store.db,
      dataDir: config.dataDir,
      packages: config.plugins ?? [],
      builtIn: taskIds(),
    });
    if (options.role === 'server') await ownTasks.sweep();
    const catalogue = openCatalogue(ownTasks);
    const core = createCore({ store, catalogue });
    const labels = {
      os: process.platform,
      arch: process.arch,
      ...programLabels(environment().PATH),
      ...config.worker?.labels,
    };
    const scale = scaleOf(config, options.role);
    const engine = await startEngine({
      runEnded: core.runEnded,
      placesFree: core.placesFree,
      ownTasks,
      store,
      dataDir: config.dataDir,
      key: await keys.mac('fingerprint'),
      blobs,
      uploads: { unpackedBytes: uploads.unpackedMb * MB },
      readSecret: (name, { project, run, task, actor }) =>
        secrets.read({ project, name }, { actor, via: `run:${run}`, purpose: `task ${task}` }),
      version: options.version,
      role: options.role,
      deadMs: scale?.deadMs,
      about:
        options.role === 'cli'
          ? undefined
          : async () => {
              const places = scale?.places ?? config.limits.concurrentRuns;
              return JSON.stringify({ labels, places, tasks: scale ? await versions(catalogue) : {} });
            },
      limits: config.limits,
      net: {
        userAgent: config.net.userAgent,
        ratePerSecond: config.net.ratePerSecond,
        proxy: outgoing.proxy,
        ca: outgoing.ca,
      },
    });
    if (config.redisUrl && options.role !== 'cli')
      redis = (await import('./redis/link.ts')).connectRedis({
        url: config.redisUrl,
        channel: `sentinelx:${store.epoch}`,
        wake: store.wake,
        changed: (up, state) => process.stderr.write(`${redisWords(up, state, scale !== undefined)}\n`),
      });
    const endRetention = options.role === 'server' ? startFileRetention(store, blobs) : undefined;
    const shared = redis && sharedCache(redis, await keys.mac('shared-cache'), 'sentinelx:shared:');
    const access = openAccessCache(store, shared);
    const anchor = openAuditAnchor(store, config.dataDir);
    const auth = config.auth ?? AUTH;
    const policyOf = createPolicies(store.db, parseDocument);
    const commentRules = async (project: string) => (await policyOf(project)).policy.comments;
    const lifecycle = openLifecycle({
      store,
      worker: engine.instance,
      lives: engine.lives,
      comments: commentRules,
      server: options.role === 'server',
      failed: (error) => options.failed?.(error),
    });
    const runJobs = openRunJobs({
      store,
      engine,
      callerOf: (who) => backgroundCaller(services, who),
      server: options.role === 'server',
      failed: (error) => options.failed?.(error),
    });
    const rotations = openRotations({
      store,
      keys,
      worker: engine.instance,
      lives: engine.lives,
      server: options.role === 'server',
      failed: (error) => options.failed?.(error),
    });
    const headAtStart = options.role === 'cli' ? await store.head() : 0;
    const findings = createFollower({
      store,
      parse: parseDocument,
      onProblem: (error) => options.failed?.(error),
    });
    if (options.role === 'server') findings.start();
    const signIn = openSignIn(store);
    const grants = openGrants(store, access);
    const secondFactors = openSecondFactors(store, {
      keyring: keys,
      lockout: signIn.lockout,
      publicUrl: config.publicUrl,
    });
    const reports = openReports({
      store,
      blobs,
      dataDir: config.dataDir,
      version: options.version,
      sweeps: options.role === 'server',
      finishes: options.role === 'cli',
      failed: (error) => options.failed?.(error),
    });
    const services: Services = {
      store,
      engine,
      ownTasks,
      dataDir: config.dataDir,
      version: options.version,
      configuration: options.configuration,
      audit: { ...audit, anchor },
      keys,
      rotations,
      secrets,
      blobs,
      uploads: {
        maxBytes: uploads.maxMb * MB,
        quotaBytes: uploads.quotaMb * MB,
        keepDays: uploads.keepDays,
        types: uploads.types,
      },
      reports,
      reportRules: { keepDays: config.reports?.keepDays ?? REPORT_DAYS },
      redis,
      shared,
      access,
      grants,
      accounts: openAccounts(store),
      sessions: openSessions(store, access, {
        absoluteMs: auth.sessionHours * 3600_000,
        idleMs: auth.sessionIdleMinutes * 60_000,
      }),
      signIn,
      secondFactors,
      secondFactorRule: openSecondFactorRule(auth.secondFactorFor ?? [], grants, secondFactors),
      oidc: openOidc(auth.oidc, (name) =>
        secrets.read(
          { project: INSTANCE, name },
          { actor: 'system', via: 'sign-in', purpose: 'single sign-on' },
        ),
      ),
      auth: { passwordSignIn: auth.passwordSignIn },
      tokens: openTokens(store, access),
      runJobs,
      lifecycle,
      commentRules,
      deadMs: scale?.deadMs ?? DEAD_MS,
      findings,
      get workflows() {
        return workflows;
      },
      get triggers() {
        return triggers;
      },
    };
    const workflows = await openWorkflows({
      store,
      core,
      engine,
      role: options.role,
      labels,
      scale,
      runOperation: (order) => runOperationStep(services, order),
      mayRunTasks: (who) => mayRunTasks(services, who),
      failed: (error) => options.failed?.(error),
      recoverMs: options.recoverMs ?? (config.queue && config.queue.recoverSeconds * SECOND),
    });
    // The command line starts only what it is told to.
    const triggers =
      options.role === 'server'
        ? openTriggers({
            store,
            starter: workflows,
            mayRun: createMayRun(services),
            readSecret: (place) =>
              secrets.read(place, { actor: 'system', via: 'host', purpose: 'signature of a webhook' }),
            onProblem: (error) => options.failed?.(error),
          })
        : undefined;
    return {
      services,
      async close() {
        await triggers?.[Symbol.asyncDispose]();
        await workflows.stopTaking();
        await runJobs.close();
        await reports.close();
        await engine.close();
        await workflows.close();
        await lifecycle.close();
        await rotations.close();
        await endRetention?.();
        // Without a server nobody else would do it; what does not fit into this time is done by the next command.
        if (options.role === 'cli' && (await store.head()) > headAtStart)
          await findings.catchUp(AbortSignal.timeout(CATCH_UP_MS));
        await findings[Symbol.asyncDispose]();
        await blobs.close();
        await anchor.close();
        access.close();
        await redis?.close();
        await store.close();
      },
    };
  } catch (error) {
    await redis?.close();
    await store.close();
    throw error;
  }
}

/** Several processes share the work where the database is one that they can share. */
function scaleOf(config: AppConfig, role: Role): ScaleSettings | undefined {
  if (config.databaseUrl === undefined || role === 'cli') return undefined;
  const queue = config.queue ?? ConfigSchema.shape.queue.parse(undefined);
  return {
    databaseUrl: config.databaseUrl,
    redisUrl: config.redisUrl,
    feeds: role === 'server',
    places: Math.min(config.worker?.places ?? config.limits.concurrentRuns, config.limits.concurrentRuns),
    backlog: queue.backlog,
    stalledMs: queue.stalledSeconds * SECOND,
    deadMs: queue.deadSeconds * SECOND,
  };
}

/** For the log of a server or worker. */
function redisWords(up: boolean, { address, problem }: RedisState, steps: boolean): string {
  if (up) return `Redis at ${address} is there again${steps ? ': steps that go to a worker go on' : ''}.`;
  const affected = steps
    ? 'steps that go to a worker wait until it is back; nothing is lost'
    : 'nothing waits';
  return `Redis at ${address} does not answer (${visibleText(problem ?? '')}): ${affected}.`;
}

async function versions(catalogue: Catalogue): Promise<Record<string, number>> {
  return Object.fromEntries((await catalogue.all()).map((task) => [task.id, task.version]));
}
