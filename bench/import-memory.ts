/**
 * Memory of an import by the size of its report: the process that reads the report, and the one that stores what is in it. The reports
 * are SARIF, written to disk as they grow; `node bench/import-memory.ts 5 50 500` names the sizes in MB.
 */
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/sentinelx.js', import.meta.url));
const MB = 1024 * 1024;
const POLL_MS = 100;
const RULES = 200;
/** What the child may have, whatever the size: its heap limit is 1,024 MB. */
const GOAL_CHILD_MB = 512;
const GOAL_STORE_MB = 1024;

const sizes = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
try {
  console.log('report (MB)  findings  seconds  findings/s  reader, most (MB)  store, most (MB)');
  for (const size of sizes.length > 0 ? sizes : [5, 50, 500]) {
    const file = join(folder, `report-${size}.sarif`);
    const results = writeReport(file, size * MB);
    const measured = await measure(file, join(folder, `data-${size}`));
    const receipt = (JSON.parse(measured.output) as { receipt: { new: number; parsed: number } }).receipt;
    if (receipt.new !== results || measured.code !== 0)
      throw new Error(`Of ${results} results ${receipt.new} became findings; exit ${measured.code}.`);
    const seconds = measured.milliseconds / 1000;
    console.log(
      [
        String((statSync(file).size / MB).toFixed(0)).padStart(11),
        String(results).padStart(8),
        seconds.toFixed(1).padStart(7),
        (results / seconds).toFixed(0).padStart(10),
        measured.readerMb.toFixed(0).padStart(17),
        measured.storeMb.toFixed(0).padStart(16),
        measured.readerMb <= GOAL_CHILD_MB && measured.storeMb <= GOAL_STORE_MB ? 'bounded' : 'NOT BOUNDED',
      ].join('  '),
    );
    rmSync(join(folder, `data-${size}`), { recursive: true, force: true });
    rmSync(file);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Results like those of a real analyser: a rule, a place with its code, a fingerprint, and every tenth with a flow. */
function writeReport(path: string, bytes: number): number {
  const file = openSync(path, 'w');
  const rules = Array.from({ length: RULES }, (_, index) => ({
    id: `bench.rule-${index}`,
    shortDescription: { text: `What rule ${index} looks for` },
    fullDescription: { text: 'Why this is wrong, in a few sentences. '.repeat(4) },
    properties: { 'security-severity': String((index % 100) / 10), tags: [`CWE-${20 + (index % 400)}`] },
  }));
  const tool = JSON.stringify({ driver: { name: 'Bench', rules } });
  let text = `{"version":"2.1.0","runs":[{"tool":${tool},"results":[`;
  let written = 0;
  let count = 0;
  while (written + text.length < bytes) {
    text += `${count === 0 ? '' : ','}\n${JSON.stringify(resultOf(count))}`;
    count += 1;
    if (text.length < MB) continue;
    written += writeSync(file, text);
    text = '';
  }
  writeSync(file, `${text}]}]}\n`);
  closeSync(file);
  return count;
}

function resultOf(index: number) {
  const place = (line: number) => ({
    physicalLocation: {
      artifactLocation: { uri: `src/module-${index % 5000}/file-${index % 40000}.ts` },
      region: {
        startLine: line,
        startColumn: 5,
        endLine: line,
        snippet: { text: `  handle(request.query.value${index});` },
      },
    },
  });
  const line = 1 + (index % 4000);
  return {
    ruleId: `bench.rule-${index % RULES}`,
    ruleIndex: index % RULES,
    level: 'warning',
    message: {
      text: `The value ${index} comes from the request and reaches a place where it is trusted without a check.`,
    },
    locations: [place(line)],
    partialFingerprints: { primaryLocationLineHash: `${(index * 2654435761).toString(16)}:1` },
    ...(index % 10 === 0
      ? {
          codeFlows: [
            { threadFlows: [{ locations: [1, 2, 3].map((step) => ({ location: place(line + step) })) }] },
          ],
        }
      : {}),
  };
}

async function measure(file: string, dataDir: string) {
  const started = performance.now();
  const child = spawn(process.execPath, [BIN, 'findings', 'import', file, '--json', '--server', 'local'], {
    env: { ...process.env, SENTINELX_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  let readerMb = 0;
  let storeMb = 0;
  const timer = setInterval(() => {
    for (const { pid, isRun } of familyOf(child.pid ?? 0)) {
      const megabytes = residentMb(pid);
      if (isRun) readerMb = Math.max(readerMb, megabytes);
      else storeMb = Math.max(storeMb, megabytes);
    }
  }, POLL_MS);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  clearInterval(timer);
  return { code, output, readerMb, storeMb, milliseconds: performance.now() - started };
}

/** The process and all below it; a run is marked in its environment. */
function familyOf(root: number): { pid: number; isRun: boolean }[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended.
    }
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(isBelow).flatMap((pid) => {
    try {
      return [{ pid, isRun: readFileSync(`/proc/${pid}/environ`, 'utf8').includes('SENTINELX_RUN=') }];
    } catch {
      return [];
    }
  });
}

function residentMb(pid: number): number {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096) / MB;
  } catch {
    return 0;
  }
}
