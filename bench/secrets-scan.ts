/** Throughput of secrets-scan on this project's node_modules, beside `grep -rE` with five of the patterns in the same run. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runTask } from '../src/plugin/test-kit.ts';
import secretsScan from '../src/plugins/tasks/secrets-scan/index.ts';

const TARGET = fileURLToPath(new URL('../node_modules', import.meta.url));
const PATTERN =
  'AKIA[A-Z2-7]{16}|ghp_[0-9A-Za-z]{36}|xox[bp]-[0-9A-Za-z-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|sk_live_[0-9A-Za-z]{24}';

const ours = [];
const grep = [];
let bytes = 0;
let findings = 0;
for (let round = 0; round < 3; round += 1) {
  let started = performance.now();
  const run = await runTask(secretsScan, { target: TARGET, params: { archives: false, history: 'off' } });
  ours.push((performance.now() - started) / 1000);
  bytes = (run.output as { bytes: number }).bytes;
  findings = run.findings.length;
  started = performance.now();
  spawnSync('grep', ['-rE', PATTERN, TARGET], { env: { LC_ALL: 'C' }, stdio: 'ignore' });
  grep.push((performance.now() - started) / 1000);
}
const median = (list: number[]) => [...list].sort((a, b) => a - b)[1] ?? 0;
const rate = (seconds: number) => (bytes / 1e6 / seconds).toFixed(0);
console.log(
  `| secrets-scan on ${(bytes / 1e6).toFixed(0)} MB of node_modules | ${rate(median(ours))} MB/s on one core, ${findings} findings | ${(median(grep) / median(ours)).toFixed(2)} × the speed of grep -rE (${rate(median(grep))} MB/s); goal 150 MB/s |`,
);
