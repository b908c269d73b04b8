/** `npm test`: each part with its own limit, a list of what was skipped and why, and one closing line. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leftOut } from './turns.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NODE = process.execPath;
const COMPILED = join(tmpdir(), 'sentinelx-test-compiled');
const LONG = process.argv.includes('--long');
const bin = (path: string) => join(ROOT, 'node_modules', ...path.split('/'));
/** Commands start by the hundred: from the pack each saves 0.2 s of processor time. */
const PACK = ['.cache', 'sentinelx', 'cli', process.version].join('/');

interface Part {
  name: string;
  seconds: number;
  /** A check that passes or fails as one, or a vitest run over folders. */
  check?: string[];
  vitest?: string[];
}

const COMMIT = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout;

const totals = { passed: 0, failed: 0, skipped: 0 };
const skipped: string[] = [];
const PARTS: Part[] = [
  { name: 'format and lint', seconds: 60, check: [bin('@biomejs/biome/bin/biome'), 'check', '.'] },
  { name: 'types', seconds: 60, check: [bin('typescript/bin/tsc'), '-p', '.'] },
  {
    name: 'pack of the command line',
    seconds: 60,
    check: [join(ROOT, 'src/cli/pack/build.ts'), bin(PACK), '--now'],
  },
  { name: 'types of the web app', seconds: 60, check: [bin('typescript/bin/tsc'), '-p', 'web'] },
  {
    name: 'architecture and generated files',
    seconds: 30,
    vitest: ['test/architecture.test.ts', 'test/generated.test.ts'],
  },
  // A process for each of 140 files would take as long again as what they test.
  { name: 'unit and contract', seconds: 300, vitest: ['src', 'web/src', '--no-isolate'] },
  {
    name: 'command line',
    seconds: LONG ? 900 : 360,
    vitest: ['test/cli'],
  },
  {
    name: 'server',
    seconds: LONG ? 600 : 240,
    vitest: ['test/server', 'test/escape'],
  },
  { name: 'workflows', seconds: 300, vitest: ['test/workflows'] },
  {
    name: 'findings, imports, reports',
    seconds: 240,
    vitest: ['test/findings', 'test/imports', 'test/reports'],
  },
  { name: 'security', seconds: 120, vitest: ['test/security'] },
  // About 25 s on two cores that are free; the limit leaves room for a machine that is not.
  { name: 'fuzz', seconds: LONG ? 1800 : 150, vitest: ['test/fuzz'] },
  {
    name: 'own tasks',
    seconds: 150,
    vitest: ['test/plugins'],
  },
  // The long one kills some 3,000 processes.
  { name: 'kill', seconds: LONG ? 5 * 3600 : 240, vitest: ['test/crash'] },
  {
    name: 'many processes',
    seconds: LONG ? 900 : 240,
    vitest: ['test/scale'],
  },
  {
    name: 'browser',
    seconds: LONG ? 1200 : 420,
    vitest: ['test/e2e'],
  },
];

const times: { file: string; seconds: number }[] = [];
const SLOWEST = 15;

// What is checked without running anything goes side by side; tests would disturb each other's times.
await Promise.all(PARTS.filter((part) => part.check).map(runPart));
for (const part of PARTS) if (!part.check) await runPart(part);
times.sort((a, b) => b.seconds - a.seconds);
console.log(
  `\nslowest:\n${times
    .slice(0, SLOWEST)
    .map(({ file, seconds }) => `  ${seconds.toFixed(1).padStart(6)} s  ${file}`)
    .join('\n')}`,
);
if (skipped.length > 0) console.log(`\nskipped:\n${skipped.map((name) => `  ${name}`).join('\n')}`);
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;

async function runPart(part: Part): Promise<void> {
  const started = Date.now();
  const good = await (part.check ? runCheck(part) : runTests(part));
  console.log(
    `${(good ? 'ok' : 'FAILED').padEnd(7)} ${part.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
}

async function runCheck(part: Part): Promise<boolean> {
  const { code, text } = await run(part.check ?? [], part.seconds);
  if (code === 0) totals.passed += 1;
  else {
    totals.failed += 1;
    console.log(text);
  }
  return code === 0;
}

async function runTests(part: Part): Promise<boolean> {
  const others = LONG ? [] : (part.vitest ?? []).flatMap((folder) => leftOut(folder, COMMIT));
  if (others.length > 0) console.log(`left to other commits and the long run: ${others.join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-test-'));
  const report = join(folder, 'report.json');
  const { code, text } = await run(
    [
      bin('vitest/vitest.mjs'),
      'run',
      '--reporter=json',
      `--outputFile=${report}`,
      '--passWithNoTests',
      ...(part.vitest ?? []),
      ...others.map((file) => `--exclude=${file}`),
    ],
    part.seconds,
  );
  const failedBefore = totals.failed;
  try {
    count(JSON.parse(readFileSync(report, 'utf8')));
  } catch {
    totals.failed += 1;
    console.log(`${part.name} gave no report (exit ${code}):\n${text.slice(-4000)}`);
  }
  if (code !== 0 && totals.failed === failedBefore) {
    totals.failed += 1;
    console.log(text.slice(-4000));
  }
  rmSync(folder, { recursive: true, force: true });
  return totals.failed === failedBefore;
}

interface Report {
  testResults: {
    name: string;
    startTime: number;
    endTime: number;
    message?: string;
    status: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

function count(report: Report): void {
  for (const file of report.testResults) {
    times.push({ file: file.name.replace(ROOT, ''), seconds: (file.endTime - file.startTime) / 1000 });
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      totals.failed += 1;
      console.log(`${file.name}\n${file.message ?? ''}`);
    }
    for (const test of file.assertionResults) {
      // Also of a fuzz that found nothing: so that somebody can try the same again.
      if (test.fullName.includes('FUZZ_SEED=')) console.log(`        ${test.fullName}`);
      if (test.status === 'passed') totals.passed += 1;
      else if (test.status === 'failed') {
        totals.failed += 1;
        console.log(
          `FAILED  ${file.name.replace(ROOT, '')}: ${test.fullName}\n${(test.failureMessages ?? []).join('\n').split('\n').slice(0, 15).join('\n')}`,
        );
      } else {
        totals.skipped += 1;
        skipped.push(`${file.name.replace(ROOT, '')}: ${test.fullName}`);
      }
    }
  }
}

function run(args: string[], seconds: number): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(NODE, args, {
      cwd: ROOT,
      env: {
        ...process.env,
        SENTINELX_TEST_LONG: LONG ? '1' : '',
        // Commands start by the hundred: together they compile once. A run's own cache would be gone with its folder.
        NODE_COMPILE_CACHE: COMPILED,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    const keep = (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-200_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => {
      text += `\nended after ${seconds} s`;
      child.kill('SIGKILL');
    }, seconds * 1000);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, text });
    });
  });
}
