/** `node bench/ui-designer.ts`: a workflow of 300 steps in the designer, moved and scaled, beside 300 boxes on a plain page. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser, signInAs } from '../test/e2e/browser.ts';
import { serveBarePages } from './parts/bare-pages.ts';
import { openBrowserServer } from './parts/browser-server.ts';
import { type Figure, median, printFigures } from './parts/figures.ts';
import { drawFrames, type Frames, openWatched, type WatchedPage } from './parts/page-figures.ts';

const STEPS = 300;
const FRAMES = 180;
const ROUNDS = 3;
const VECTOR = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

const folder = mkdtempSync(join(tmpdir(), 'sentinelx-bench-'));
const browser = await launchBrowser();
const bare = await serveBarePages();
try {
  const target = await openBrowserServer(folder);
  await saveWorkflow(target);
  const designer = await openWatched(browser);
  await signInAs(designer.page, target);
  await designer.page.goto(`${target.base}/workflows/large/edit`);
  await designer.page.locator('.react-flow__node').nth(20).waitFor();
  await designer.page.waitForTimeout(2000);
  const plain = await openWatched(browser);
  await plain.page.goto(`${bare.base}/boxes`);
  const figures: Figure[] = [];
  for (const [name, step, plainStep] of [
    ['moved', pan, panPlain],
    ['scaled', zoom, zoomPlain],
  ] as const) {
    const own: Frames[] = [];
    const beside: Frames[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      own.push(await drawFrames(designer, { frames: FRAMES, step }));
      beside.push(await drawFrames(plain, { frames: FRAMES, step: plainStep }));
    }
    const rate = median(own.map(({ perSecond }) => perSecond));
    const plainRate = median(beside.map(({ perSecond }) => perSecond));
    figures.push({
      what: `frames a second while ${STEPS} steps are ${name}`,
      value: rate.toFixed(0),
      beside: `${STEPS} plain boxes ${plainRate.toFixed(0)}; main thread ${median(own.map(({ work }) => work)).toFixed(1)} ms of processor time a frame (boxes ${median(beside.map(({ work }) => work)).toFixed(1)}); p95 ${median(own.map(({ p95 }) => p95)).toFixed(0)} ms`,
      goal: { words: '≥ 50', met: rate >= 50 },
    });
  }
  const nodes = await nodesOf(designer);
  figures.push({ what: 'steps that stand in the page', value: String(nodes), beside: `of ${STEPS}` });
  printFigures(figures);
  await target.server.close();
} finally {
  await browser.close();
  await bare.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Twenty rows of fifteen steps, each after the one before it. */
async function saveWorkflow(target: Awaited<ReturnType<typeof openBrowserServer>>): Promise<void> {
  const steps = Array.from({ length: STEPS }, (_, at) => {
    const after = at % 15 === 0 ? '' : `, depends_on: s${at - 1}`;
    return `  - { name: s${at}, task: cvss, params: { vector: '${VECTOR}' }${after} }`;
  });
  const saved = await fetch(`${target.base}/api/v1/workflows`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ source: `name: large\nsteps:\n${steps.join('\n')}\n` }),
  });
  if (!saved.ok) throw new Error(await saved.text());
}

function nodesOf({ page }: WatchedPage): Promise<number> {
  return page.locator('.react-flow__node').count();
}

function pan(frame: number): void {
  const pane = document.querySelector('.react-flow__pane');
  const deltaX = frame % 90 < 45 ? 30 : -30;
  pane?.dispatchEvent(
    new WheelEvent('wheel', {
      deltaX,
      deltaY: 8,
      bubbles: true,
      cancelable: true,
      clientX: 700,
      clientY: 450,
    }),
  );
}

function zoom(frame: number): void {
  const pane = document.querySelector('.react-flow__pane');
  const deltaY = frame % 60 < 30 ? 12 : -12;
  pane?.dispatchEvent(
    new WheelEvent('wheel', {
      deltaY,
      ctrlKey: true,
      bubbles: true,
      cancelable: true,
      clientX: 700,
      clientY: 450,
    }),
  );
}

function panPlain(frame: number): void {
  const plane = document.getElementById('plane');
  if (plane) plane.style.transform = `translate(${-Math.abs((frame % 90) - 45) * 30}px, ${-frame * 2}px)`;
}

function zoomPlain(frame: number): void {
  const plane = document.getElementById('plane');
  if (plane) plane.style.transform = `scale(${0.3 + Math.abs((frame % 60) - 30) / 60})`;
}
