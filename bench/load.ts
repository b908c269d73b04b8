/**
 * `npm run load [-- --minutes 5]`: 50 people, 200 watchers, ten runs at a time and one that reports 100,000 findings, together, on
 * the real server of `npm start`'s making. Goals: no error, p95 of reads ≤ 300 ms, memory flat.
 */
import { fork, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWatchers } from './parts/children.ts';
import { median, pause, printFigures, share } from './parts/figures.ts';
import type { LoadReport } from './parts/load-user.ts';

const USERS = 50;
const WATCHERS = 200;
const RUNS = 10;
const IMPORTED = 100_000;
/** A run of a process of its own takes half a second of a core: without a pause, ten of them are all that two cores do. */
const BETWEEN_RUNS_MS = 10_000;
const GOAL_P95_MS = 300;
const minutes = Number(process.argv[process.argv.indexOf('--minutes') + 1] || 5) || 5;

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-load-'));
const dataDir = join(folder, 'data');
const BIN = fileURLToPath(new URL('../bin/sentinelx.js', import.meta.url));
const server = spawn(process.execPath, ['--max-semi-space-size=4', BIN, 'web', 'start', '--port', '0'], {
  env: {
    ...process.env,
    SENTINELX_DATA_DIR: dataDir,
    SENTINELX_REQUESTS_ADDRESS_PER_MINUTE: '1000000',
    SENTINELX_REQUESTS_CALLER_PER_MINUTE: '1000000',
    SENTINELX_LIMITS_CONCURRENT_RUNS: String(RUNS + 1),
  },
  stdio: ['ignore', 'ignore', 'inherit'],
});
let ended: number | null | undefined;
server.once('exit', (code) => {
  ended = code ?? -1;
});
const { url, token } = await whenUp();
const api = async (path: string, body?: unknown) => {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

makeTree(join(folder, 'big'), 1_000, IMPORTED / 1_000);
makeTree(join(folder, 'small'), 200, 3);
await api('/scope', { kind: 'path', value: join(folder, 'big') });
await api('/scope', { kind: 'path', value: join(folder, 'small') });
const user = ((await api('/tokens', { name: 'people', role: 'analyst' })) as { value: string }).value;

const people = fork(
  fileURLToPath(new URL('parts/load-user.ts', import.meta.url)),
  [url, user, String(USERS)],
  {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  },
);
const report = () =>
  new Promise<LoadReport>((resolve) => {
    people.once('message', (message) => resolve(message as LoadReport));
    people.send('report');
  });
await new Promise((resolve) => people.once('message', resolve));
const watchers = await openWatchers(
  `${url.replace(/^http/, 'ws')}/ws/execution`,
  user,
  WATCHERS,
  'any-order',
);

const big = (await start('big')).run.id;
let stop = false;
const failures: string[] = [];
let finished = 0;
const runners = Array.from({ length: RUNS }, async () => {
  while (!stop) {
    const { id } = (await start('small')).run;
    const status = await whenEnded(id);
    if (status !== 'done') failures.push(`${id} ended ${status}`);
    finished += 1;
    await pause(BETWEEN_RUNS_MS);
  }
});

const memory: number[] = [];
const rounds: LoadReport[] = [];
const ticks = Math.max(2, Math.round(minutes * 6));
for (let tick = 0; tick < ticks && ended === undefined; tick += 1) {
  await pause(10_000);
  memory.push(residentMb(server.pid ?? 0));
  rounds.push(await report());
}
stop = true;
await Promise.all(runners);
const bigStatus = await whenEnded(big);
const bigRun = (await api(`/runs/${big}`)) as { counts: { new: number } };
const seen = await watchers.arrived();
await watchers.close();
people.kill('SIGTERM');
server.kill('SIGTERM');
await new Promise((resolve) => server.once('exit', resolve));
rmSync(folder, { recursive: true, force: true });

const times = rounds.flatMap((round) => round.times);
const errors = [...rounds.flatMap((round) => round.errors), ...failures];
const half = Math.floor(memory.length / 2);
const growth = median(memory.slice(half)) / median(memory.slice(Math.floor(half / 2), half));
for (const error of errors.slice(0, 5)) console.log(error);
printFigures([
  {
    what: `${minutes} minutes, ${USERS} people, ${WATCHERS} watchers, ${RUNS} runs at a time (${finished} ended), one of ${bigRun.counts.new} findings (${bigStatus}): errors`,
    value: String(errors.length),
    beside: `${times.length} reads, ${seen.counted} events to watchers`,
    goal: {
      words: 'none, and all findings stored',
      met: errors.length === 0 && bigStatus === 'done' && bigRun.counts.new === IMPORTED,
    },
  },
  {
    what: 'reads meanwhile (ms, p50 / p95 / p99)',
    value: `${median(times).toFixed(0)} / ${share(times, 0.95).toFixed(0)} / ${share(times, 0.99).toFixed(0)}`,
    beside: `slowest ${Math.max(...times).toFixed(0)} ms`,
    goal: { words: `p95 ≤ ${GOAL_P95_MS} ms`, met: share(times, 0.95) <= GOAL_P95_MS },
  },
  {
    what: 'resident memory of the server (MB: first, middle, last)',
    value: `${memory[0]?.toFixed(0)} / ${memory[half]?.toFixed(0)} / ${memory.at(-1)?.toFixed(0)}`,
    beside: `second half ${growth.toFixed(2)} × the quarter before it; every 10 s: ${memory.map((mb) => mb.toFixed(0)).join(' ')}`,
    goal: { words: 'flat (≤ 1.1 ×)', met: growth <= 1.1 },
  },
]);
process.exit(0);

async function whenUp(): Promise<{ url: string; token: string }> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    try {
      return JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8'));
    } catch {
      await pause(100);
    }
  }
  throw new Error('the server did not start');
}

function start(name: string): Promise<{ run: { id: string } }> {
  const params = { path: join(folder, name), history: false };
  return api('/tasks/secrets-scan/run', { params }) as Promise<{ run: { id: string } }>;
}

async function whenEnded(id: string): Promise<string> {
  for (;;) {
    const { status } = (await api(`/runs/${id}`)) as { status: string };
    if (!['queued', 'running', 'cancelling'].includes(status)) return status;
    await pause(250);
  }
}

/** Files with so many passwords each, all different. */
function makeTree(path: string, files: number, each: number): void {
  for (let file = 0; file < files; file += 1) {
    const place = join(path, `module-${file % 50}`);
    mkdirSync(place, { recursive: true });
    const lines = Array.from({ length: each }, (_, line) => {
      const seed = ((file * each + line) * 2_654_435_761) % 4_294_967_296;
      const number = (file * each + line).toString(36).padStart(4, 'k');
      const value = `Zq7${number}4${seed.toString(36)}9wT3${(seed ^ 0x5bd1e995).toString(36)}8`;
      // So that no value reads as a word by chance: each is to be found.
      return `db_password_${line} = "${value.replace(/[aeiouyplt-]/g, 'W')}"`;
    });
    writeFileSync(join(place, `settings-${file}.py`), `${lines.join('\n')}\n`);
  }
}

function residentMb(pid: number): number {
  return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 1e6;
}
