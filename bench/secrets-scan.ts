/**
 * Throughput of secrets-scan with all rules: on this project's node_modules, beside `grep -rE` with five of the patterns in the
 * same run, and on the texts that are worst for it. Each measure is a process of its own, as each run of a task is.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTask } from '../src/plugin/test-kit.ts';
import secretsScan from '../src/plugins/tasks/secrets-scan/index.ts';

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url));
const PATTERN =
  'AKIA[A-Z2-7]{16}|ghp_[0-9A-Za-z]{36}|xox[bp]-[0-9A-Za-z-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|sk_live_[0-9A-Za-z]{24}';
const ROUNDS = 3;

interface Measure {
  bytes: number;
  seconds: number;
  /** Of all threads: what the machine does besides slows the clock more than this. */
  cpuSeconds: number;
  findings: number;
}

const [target] = process.argv.slice(2);
if (target !== undefined) console.log(JSON.stringify(await scan(target)));
else {
  beside(MODULES);
  const folder = mkdtempSync(join(tmpdir(), 'secrets-scan-bench-'));
  try {
    worstCases(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function scan(path: string): Promise<Measure> {
  const started = performance.now();
  const before = process.cpuUsage();
  const run = await runTask(secretsScan, { target: path, params: { archives: false, history: 'off' } });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const { bytes } = run.output as { bytes: number };
  return { bytes, seconds, cpuSeconds: (user + system) / 1e6, findings: run.findings.length };
}

/** The fastest of three: what the machine does besides only makes it slower. */
function best(measure: () => Measure): Measure {
  return Array.from({ length: ROUNDS }, measure).reduce((a, b) => (a.seconds < b.seconds ? a : b));
}

function ours(path: string): Measure {
  const self = fileURLToPath(import.meta.url);
  return best(
    () => JSON.parse(execFileSync(process.execPath, [self, path], { encoding: 'utf8' })) as Measure,
  );
}

function grep(path: string, bytes: number): Measure {
  return best(() => {
    const started = performance.now();
    spawnSync('grep', ['-rE', PATTERN, path], { env: { LC_ALL: 'C' }, stdio: 'ignore' });
    return { bytes, seconds: (performance.now() - started) / 1000, cpuSeconds: 0, findings: 0 };
  });
}

function rate({ bytes, seconds }: Measure): string {
  return (bytes / 1e6 / seconds).toFixed(0);
}

function perCore({ bytes, cpuSeconds }: Measure): string {
  return (bytes / 1e6 / cpuSeconds).toFixed(0);
}

function beside(path: string): void {
  const own = ours(path);
  const other = grep(path, own.bytes);
  console.log(
    `| secrets-scan on ${(own.bytes / 1e6).toFixed(0)} MB of node_modules | ${perCore(own)} MB/s per core, ${rate(own)} by the clock, ${own.findings} findings | ${(other.seconds / own.seconds).toFixed(2)} × the speed of grep -rE (${rate(other)} MB/s); goal 150 MB/s |`,
  );
}

function worstCases(folder: string): void {
  const lines = (bytes: number, line: (at: number) => string) =>
    Array.from({ length: Math.ceil(bytes / line(0).length) }, (_, at) => line(at)).join('');
  const cases: [name: string, file: string, content: () => string][] = [
    ['100 MB of minified code in one line', 'app.min.js', () => minified(100e6)],
    ['100 MB of base 64 in one line', 'data.txt', () => randomBytes(75e6).toString('base64')],
    [
      '50 MB with a keyword on each line',
      'app.log',
      () => lines(50e6, (at) => `2026-01-01 12:00:0${at % 10} INFO user token refreshed for session ${at}\n`),
    ],
    [
      '50 MB with a value behind a keyword on each line',
      'access.log',
      () => lines(50e6, (at) => `token=r${(at * 7919).toString(36)} level=info msg="done" status=200\n`),
    ],
    ['5 MB of nothing but keywords', 'keywords.env', () => 'password=secret_token:api_key='.repeat(5e6 / 30)],
  ];
  for (const [name, file, content] of cases) {
    const target = join(folder, file.replaceAll('.', '-'));
    mkdirSync(target);
    writeFileSync(join(target, file), content(), 'latin1');
    const own = ours(target);
    console.log(
      `| secrets-scan on ${name} | ${perCore(own)} MB/s per core, ${rate(own)} by the clock, ${own.findings} findings |`,
    );
    rmSync(target, { recursive: true });
  }
}

/** Real code without its line ends. */
function minified(bytes: number): string {
  const files = readdirSync(MODULES, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .sort()
    .map((path) => join(MODULES, path))
    .filter((path) => statSync(path).size > 300_000)
    .slice(0, 40);
  const text = files
    .map((path) => readFileSync(path, 'latin1'))
    .join(' ')
    .replace(/\s+/g, ' ');
  return text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes);
}
