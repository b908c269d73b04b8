import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { openApp } from '../app.ts';
import { loadConfig } from '../config.ts';
import { probeIsolation } from '../engine/isolation/probe.ts';
import { SentinelError } from '../lib/errors.ts';
import { type GlobalOptions, VERSION } from './main.ts';
import { print, table } from './print.ts';

interface Check {
  name: string;
  verdict: 'ok' | 'warn' | 'fail';
  detail: string;
}

/** File systems on which SQLite's locks and shared memory cannot be trusted (statfs(2) magic numbers). */
const NETWORK = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x65735546, 'FUSE'],
]);
const LOW_SPACE = 1024 * 1024 * 1024;

export async function doctorCommand(options: { json?: boolean }, globals: GlobalOptions): Promise<void> {
  const checks: Check[] = [
    { name: 'sentinelx', verdict: 'ok', detail: VERSION },
    {
      name: 'runtime',
      verdict: Number(process.versions.node.split('.')[0]) >= 26 ? 'ok' : 'fail',
      detail: `node ${process.version}`,
    },
  ];
  const loaded = attempt(checks, 'configuration', () => {
    const found = loadConfig({ file: globals.config });
    return [found, found.file ?? 'defaults'];
  });
  if (loaded) {
    const { dataDir } = loaded.config;
    attempt(checks, 'data folder', () => {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const probe = join(dataDir, `.probe-${process.pid}`);
      writeFileSync(probe, '');
      rmSync(probe);
      return [true, dataDir];
    });
    attempt(checks, 'file system', () => {
      const info = statfsSync(dataDir);
      const network = NETWORK.get(info.type);
      if (network) throw new SentinelError('data-dir', `${dataDir} is on ${network}; use a local disk.`);
      const free = info.bavail * info.bsize;
      if (free < LOW_SPACE) throw new SentinelError('disk-full', `${Math.round(free / 1e6)} MB are left.`);
      return [true, `${Math.round(free / 1e9)} GB free`];
    });
    try {
      const app = await openApp(loaded.config, { role: 'cli', version: VERSION });
      const state = await app.services.store.check();
      checks.push({
        name: 'database',
        verdict: state === 'ok' ? 'ok' : 'fail',
        detail: `${app.services.store.dialect}: ${state}`,
      });
      await app.close();
    } catch (error) {
      checks.push({
        name: 'database',
        verdict: 'fail',
        detail: error instanceof Error ? error.message : String(error),
      });
    }
  }
  const isolation = await probeIsolation();
  checks.push({ name: 'isolation', verdict: isolation.ok ? 'ok' : 'fail', detail: isolation.detail });
  if (options.json) process.stdout.write(`${JSON.stringify(checks, null, 2)}\n`);
  else
    print(checks, globals, () =>
      table(
        checks.map((check) => [
          check.verdict === 'ok'
            ? pc.green('ok  ')
            : check.verdict === 'warn'
              ? pc.yellow('warn')
              : pc.red('fail'),
          check.name,
          check.detail,
        ]),
      ),
    );
  if (checks.some((check) => check.verdict === 'fail')) process.exitCode = 1;
}

function attempt<T>(checks: Check[], name: string, work: () => [T, string]): T | undefined {
  try {
    const [value, detail] = work();
    checks.push({ name, verdict: 'ok', detail });
    return value;
  } catch (error) {
    checks.push({ name, verdict: 'fail', detail: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}
