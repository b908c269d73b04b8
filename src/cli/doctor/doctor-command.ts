import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { LoadedConfig } from '../../config.ts';
import { probeIsolation } from '../../engine/isolation/probe.ts';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import { type Check, fail, ok, warn } from '../../operations/checks/check.ts';
import { checkDataFolder } from '../../operations/checks/data-folder.ts';
import { checkPrograms } from '../../operations/checks/programs.ts';
import { checkRedis } from '../../operations/checks/redis.ts';
import { checkWorkers } from '../../operations/checks/workers.ts';
import { openStore } from '../../store/open.ts';
import { configOf, type GlobalOptions, VERSION } from '../globals.ts';
import { plural, print } from '../print.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const NODE_NEEDED = 26;
const SYSTEMS = ['linux', 'darwin'];

/** Every check says what it found and what to do; exit code 1 when something must be done. */
export async function doctorCommand(options: GlobalOptions & { json?: boolean }): Promise<void> {
  const checks: Check[] = [ok('sentinelx', VERSION), checkNode(), checkSystem(), await checkIsolation()];
  const loaded = checkConfig(checks, options);
  if (loaded) {
    const { config } = loaded;
    checks.push(...checkDataFolder(config.dataDir));
    checks.push(...(await checkDatabase(config.dataDir, config.databaseUrl)));
    checks.push(...(await checkRedis(config)));
    checks.push(await checkPort(config.host, config.port, config.dataDir));
  }
  checks.push(...checkPrograms());
  const failed = checks.some((check) => check.verdict === 'fail');
  if (failed) process.exitCode = 1;
  // A broken configuration must not keep the doctor from speaking: the format is taken from the flag alone.
  const format =
    options.json || options.format === 'json' ? 'json' : options.format === 'yaml' ? 'yaml' : 'table';
  print({ ok: !failed, checks }, options, (terminal) => doctorText(terminal, checks), format);
}

function checkNode(): Check {
  const { node } = process.versions;
  return Number(node.split('.')[0]) >= NODE_NEEDED
    ? ok('node', node)
    : fail('node', node, `Run 'npm ci' in the folder of SentinelX: it brings Node ${NODE_NEEDED}.`);
}

function checkSystem(): Check {
  const name = `${process.platform}-${process.arch}`;
  return SYSTEMS.includes(process.platform)
    ? ok('system', name)
    : warn('system', name, 'SentinelX is made for Linux and macOS; on Windows use WSL.');
}

async function checkIsolation(): Promise<Check> {
  const { ok: works, detail } = await probeIsolation();
  return works
    ? ok('isolation', detail)
    : fail('isolation', detail, 'Start SentinelX with the Node that npm brought.');
}

function checkConfig(checks: Check[], options: GlobalOptions): LoadedConfig | undefined {
  try {
    const loaded = configOf(options);
    const [warning] = loaded.warnings;
    checks.push(
      warning === undefined
        ? ok('configuration', loaded.file ?? 'usual values (there is no file)')
        : warn('configuration', warning, 'Correct or remove the variable.'),
    );
    return loaded;
  } catch (error) {
    checks.push(fail('configuration', text(error), 'Correct the line that is named.'));
    return undefined;
  }
}

/** An integrity check of what is there; an empty folder is left empty. */
async function checkDatabase(dataDir: string, databaseUrl: string | undefined): Promise<Check[]> {
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'sentinelx.db')))
    return [ok('database', 'will be made at first use')];
  try {
    const store = await openStore({ dataDir, databaseUrl });
    try {
      const state = await store.check();
      return state === 'ok'
        ? [ok('database', `${store.dialect}, intact`), ...(await checkWorkers(store))]
        : [fail('database', state, 'Restore a backup.')];
    } finally {
      await store.close();
    }
  } catch (error) {
    return [fail('database', text(error), error instanceof SentinelError ? error.hint : 'Restore a backup.')];
  }
}

async function checkPort(host: string, port: number, dataDir: string): Promise<Check> {
  const code = await tryListen(host, port);
  const place = `${host}:${port}`;
  if (code === undefined) return ok('port', `${place} is free`);
  if (code === 'EADDRINUSE' && ownServer(dataDir))
    return ok('port', `${place} is used by the server of this data folder`);
  if (code === 'EADDRINUSE')
    return warn(
      'port',
      `${place} is in use by another program`,
      'Choose another one: SENTINELX_PORT or --port.',
    );
  return fail('port', `${place} cannot be used (${code})`, 'Check host and port of the configuration.');
}

function tryListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(systemCode(error) ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

function ownServer(dataDir: string): boolean {
  try {
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')) as { pid: number };
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function doctorText(terminal: Terminal, checks: readonly Check[]): string {
  const { c } = terminal;
  const paints = { ok: c.green, warn: c.yellow, fail: c.red };
  const rows = checks.flatMap((check) => [
    { check, cells: [check.verdict, check.name, check.detail], advice: false },
    ...(check.advice === undefined ? [] : [{ check, cells: ['', '', `→ ${check.advice}`], advice: true }]),
  ]);
  const body = table(
    terminal,
    [
      { paint: (cell, row) => paints[rows[row]?.check.verdict ?? 'ok'](cell) },
      {},
      { min: 30, paint: (cell, row) => (rows[row]?.advice ? c.dim(cell) : cell) },
    ],
    rows.map((row) => row.cells),
  );
  const count = (verdict: Check['verdict']) => checks.filter((check) => check.verdict === verdict).length;
  const failed = count('fail');
  const summary =
    failed > 0 ? c.red(`${plural(failed, 'check')} failed`) : c.green('Everything that is needed is there');
  return `${body}\n\n${summary}${count('warn') > 0 ? c.dim(`; ${plural(count('warn'), 'remark')}`) : ''}.`;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
