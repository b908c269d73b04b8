import { setTimeout as sleep } from 'node:timers/promises';
import { type App, openApp } from '../../app.ts';
import { type Config, Label, LabelValue } from '../../config/schema.ts';
import { environment, type LoadedConfig } from '../../config.ts';
import { SentinelError } from '../../lib/errors.ts';
import { configOf, type GlobalOptions, VERSION } from '../globals.ts';
import { onStop } from '../signals.ts';
import { openTerminal } from '../terminal.ts';

export interface WorkerOptions extends GlobalOptions {
  /** `zone=dmz,os=linux`. */
  labels?: string;
  places?: number;
}

const LOOK_MS = 50;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Does steps of workflows until a signal asks it to stop; the second signal ends it at once. */
export async function startWorkerCommand(options: WorkerOptions): Promise<void> {
  const configuration = workerConfig(options);
  const { config } = configuration;
  if (options.server !== undefined && options.server !== 'local') return joinCommand(config, options);
  if (config.databaseUrl === undefined)
    throw new SentinelError(
      'needs-postgres',
      'A worker shares a PostgreSQL with the servers; here is the embedded database, which one process uses.',
    );
  const errors = openTerminal(process.stderr, options);
  const asked = stopAsked(() => errors.write('stopping: what runs may end, nothing new is taken …\n'));
  const app = await openApp(config, {
    role: 'worker',
    version: VERSION,
    configuration,
    failed: (error) => errors.write(`${error instanceof Error ? error.message : String(error)}\n`),
  });
  const labels = Object.entries(config.worker.labels).map(([name, value]) => `${name}=${value}`);
  openTerminal(process.stdout, options).write(
    `SentinelX ${VERSION}: worker ${app.services.engine.instance} takes steps${labels.length > 0 ? ` (${labels.join(', ')})` : ''}.\n`,
  );
  await asked;
  await drain(app, config.worker.drainSeconds * 1000);
  await app.close();
  process.exit(0);
}

async function joinCommand(config: Config, options: WorkerOptions): Promise<void> {
  const token = options.token ?? environment().SENTINELX_TOKEN;
  const server = URL.parse(options.server ?? '');
  if (!token) throw new SentinelError('wrong-usage', 'A worker joins with --token or SENTINELX_TOKEN.');
  if (!server || !(server.protocol === 'https:' || LOOPBACK.test(server.hostname)))
    throw new SentinelError(
      'wrong-usage',
      '--server expects https://…; http is for a server on this machine.',
    );
  const errors = openTerminal(process.stderr, options);
  const out = openTerminal(process.stdout, options);
  const { joinServer } = await import('./join.ts');
  await joinServer(config, {
    server: server.origin,
    token,
    say: (text) => out.write(`SentinelX ${VERSION}: worker of ${server.origin}: ${text}\n`),
    asked: stopAsked(() => errors.write('stopping: what runs may end, nothing new is taken …\n')),
  });
  process.exit(0);
}

/** With the flags: `--places` is both what one process may run and what it takes. */
export function workerConfig(options: WorkerOptions): LoadedConfig {
  const configuration = configOf(options, {
    'limits.concurrentRuns': options.places,
    'worker.places': options.places,
  });
  const { config } = configuration;
  const worker: Config['worker'] = {
    ...config.worker,
    labels: { ...config.worker.labels, ...readLabels(options.labels ?? '') },
  };
  if (worker.places === 0)
    throw new SentinelError('wrong-usage', 'worker.places is 0: this worker would take no steps.');
  return { ...configuration, config: { ...config, worker } };
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [name = '', value = '', ...more] = pair.trim().split('=');
    if (more.length > 0 || !Label.safeParse(name).success || !LabelValue.safeParse(value).success)
      throw new SentinelError(
        'wrong-usage',
        `--labels expects zone=dmz,os=linux and the like, not '${pair}'.`,
      );
    labels[name] = value;
  }
  return labels;
}

/** What runs gets this time to end; after it what runs is interrupted, and taken elsewhere. */
async function drain({ services: { workflows } }: App, ms: number): Promise<void> {
  await workflows.stopTaking();
  const until = performance.now() + ms;
  while (workflows.activeSteps() > 0 && performance.now() < until) await sleep(LOOK_MS);
}

function stopAsked(say: () => void): Promise<void> {
  return new Promise((resolve) => {
    onStop(
      () => {
        say();
        resolve();
      },
      () => process.exit(130),
    );
  });
}
