/**
 * Reports: `node bench/reports.ts`. A PDF of 2,000 findings in a process of its own (time, processor, memory), a page of 100,000 findings
 * in a real Chromium (open, filter), and what the snapshot takes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FRAMEWORKS, NO_LOOK, type ReportFormat } from '../src/reports/model.ts';
import { renderInThread } from '../src/reports/render/in-thread.ts';

const [part, folder = '', size = '0'] = process.argv.slice(2);
if (part === 'collect') await collect(folder, Number(size));
else if (part === 'render') await render(folder, size as ReportFormat);
else await all();

async function all(): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), 'sentinelx-bench-reports-'));
  try {
    step('snapshot of 2,000', 'collect', place, '2000');
    step('PDF of 2,000', 'render', place, 'pdf');
    step('snapshot of 100,000', 'collect', place, '100000');
    step('HTML of 100,000', 'render', place, 'html');
    step('CSV of 100,000', 'render', place, 'csv');
    await openPage(join(place, 'report.html'));
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** In a process of its own: its memory is that of this alone. */
function step(title: string, ...args: string[]): void {
  const out = execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { encoding: 'utf8' });
  console.log(`${title}: ${out.trim()}`);
}

async function collect(place: string, count: number): Promise<void> {
  const { openStore } = await import('../src/store/open.ts');
  const { collectReport } = await import('../src/reports/collect/collect-report.ts');
  const { fillFindings, PROJECT } = await import('../test/reports/sample.ts');
  const dataDir = mkdtempSync(join(tmpdir(), 'sentinelx-bench-store-'));
  const store = await openStore({ dataDir });
  await fillFindings(store, count);
  for (const name of ['s.json', 's.json.findings']) rmSync(join(place, name), { force: true });
  const begin = performance.now();
  const { head } = await collectReport(store, {
    report: 'rpt_bench',
    title: 'Bench',
    classification: null,
    template: 'technical',
    project: PROJECT,
    about: { kind: 'query', q: '' },
    against: null,
    actor: 'bench',
    me: 'local:test',
    version: '0.0.0',
    asOf: Date.now(),
    path: join(place, 's.json'),
  });
  console.log(`${head.counts.total} in ${Math.round(performance.now() - begin)} ms`);
  await store.close();
  rmSync(dataDir, { recursive: true, force: true });
}

async function render(place: string, format: ReportFormat): Promise<void> {
  const out = join(place, `report.${format}`);
  const idle = memory('VmRSS');
  const begin = performance.now();
  const before = process.cpuUsage();
  await renderInThread({
    kind: 'render',
    snapshot: join(place, 's.json'),
    hash: '0'.repeat(64),
    out,
    format,
    options: {
      formats: [format],
      template: { name: 'technical', base: 'technical', source: '', look: NO_LOOK },
      frameworks: [...FRAMEWORKS],
      classification: null,
      against: null,
    },
    redacted: false,
  });
  const { user, system } = process.cpuUsage(before);
  console.log(
    `${Math.round(performance.now() - begin)} ms (processor ${Math.round((user + system) / 1000)} ms), peak ${memory('VmHWM')} MB (${idle} before), file ${(statSync(out).size / 1e6).toFixed(1)} MB`,
  );
}

function memory(name: string): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
}

async function openPage(file: string): Promise<void> {
  // Not above: its memory would count for the steps that run in processes of their own.
  const { chromium } = await import('playwright-core');
  const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
  const executablePath = program ?? (await (await import('@sparticuz/chromium')).default.executablePath());
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage();
  const opened: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const begin = performance.now();
    await page.goto(`file://${file}`);
    await page.waitForFunction(() => document.querySelector('.row .title')?.textContent);
    opened.push(Math.round(performance.now() - begin));
  }
  await page.waitForTimeout(1500);
  const filtered = await page.evaluate(async () => {
    const search = document.getElementById('q') as HTMLInputElement;
    const times: number[] = [];
    const next = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    for (const words of ['sql', 'orders', 'users password', 'q99', '']) {
      search.value = words;
      const begin = performance.now();
      search.dispatchEvent(new Event('input'));
      await next();
      times.push(Math.round(performance.now() - begin));
    }
    for (const value of ['critical', 'low']) {
      const begin = performance.now();
      document
        .querySelector(`[data-key=severity][data-value=${value}]`)
        ?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      await next();
      times.push(Math.round(performance.now() - begin));
    }
    return times;
  });
  await browser.close();
  console.log(
    `page of 100,000: opens in ${opened.join(', ')} ms; a filter until it is painted ${filtered.join(', ')} ms`,
  );
}
