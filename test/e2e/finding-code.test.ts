import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultsOf, launchBrowser, openPage, settled, signInAs } from './browser.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';

let server: SeededServer;
let browser: Browser;
let page: Page;
let finding: string;
const complaints: string[] = [];

const LINES = Array.from({ length: 41 }, (_, at) =>
  at === 20 ? 'eval("<img src=x onerror=alert(1)>" + input);' : `const line${at + 1} = ${at}; // note ${at}`,
);

beforeAll(async () => {
  server = await startSeededServer({ fresh: true });
  browser = await launchBrowser();
  page = await openPage(browser, complaints);
  await signInAs(page, server);
  const form = new FormData();
  form.append('file', new Blob([report()], { type: 'application/json' }), 'scan.sarif');
  const started = await server.call('/api/v1/imports/upload?asset=shop', { method: 'POST', body: form });
  expect(started.status).toBe(202);
  for (let tries = 0; tries < 300; tries++) {
    if ((await server.call(`/api/v1/imports/${started.body.run.id}`)).body.receipt !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  finding = (await server.call('/api/v1/findings?limit=1&q=rule:flow')).body.items[0].id;
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.[Symbol.asyncDispose]();
});

test('the server marks the code, and a step without code of its own gets that of its place', async () => {
  const { status, body } = await server.call(`/api/v1/findings/${finding}/code`);
  expect(status).toBe(200);
  expect(body.highlighted).toBe(true);
  const text = (lines: { text: string }[][]) => lines.map((line) => line.map((one) => one.text).join(''));
  expect(text(body.excerpt.lines)).toEqual(LINES);
  expect(body.excerpt.lines[0]).toContainEqual({ text: '// note 0', kind: 'comment' });
  expect(body.flow).toHaveLength(3);
  expect(body.flow[0], 'in another file, of which nothing is stored').toBeNull();
  expect([body.flow[1].firstLine, body.flow[1].lines.length]).toEqual([99, 13]);
  expect(text(body.flow[1].lines)).toEqual(LINES.slice(9, 22));
  expect((await server.call('/api/v1/findings/fnd_none/code')).status).toBe(404);
});

test('code is marked, six lines around what was found, and the rest is one press away', async () => {
  await page.goto(`${server.base}/findings/${finding}`);
  await settled(page);
  await page.getByRole('tab', { name: /source/i }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.getByText('Step 3 of 3').waitFor();
  const code = page.locator('.flow-code .code');
  await code.locator('.code-string').first().waitFor();
  expect(await code.locator('.code-line').count()).toBe(13);
  expect(await code.locator('.code-hit').innerText()).toContain('<img src=x onerror=alert(1)>');
  expect(await code.locator('img').count()).toBe(0);
  expect(complaints).toEqual([]);
  expect(await faultsOf(page, 'code')).toEqual([]);
}, 90_000);

test('all that is stored can be seen', async () => {
  const plain = (await server.call('/api/v1/findings?limit=10&q=rule:plain')).body.items[0].id;
  await page.goto(`${server.base}/findings/${plain}`);
  await settled(page);
  const code = page.locator('.code');
  expect(await code.locator('.code-line').count()).toBe(13);
  await page.getByRole('button', { name: 'Show 28 more lines' }).click();
  expect(await code.locator('.code-line').count()).toBe(41);
  expect(await code.locator('.code-line').first().getAttribute('data-line')).toBe('90');
  await page.getByRole('button', { name: 'Show fewer lines' }).click();
  expect(await code.locator('.code-line').count()).toBe(13);
}, 60_000);

/** One finding whose flow goes through two files, and one that is alone. */
function report(): string {
  const place = (uri: string, line: number) => ({
    artifactLocation: { uri },
    region: { startLine: line },
  });
  const here = {
    ...place('src/run.ts', 110),
    contextRegion: { startLine: 90, snippet: { text: LINES.join('\n') } },
  };
  const step = (text: string, physicalLocation: object) => ({
    location: { message: { text }, physicalLocation },
  });
  const result = (ruleId: string) => ({
    ruleId,
    level: 'error',
    message: { text: `${ruleId} is found` },
    locations: [{ physicalLocation: here }],
  });
  return JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Example Scanner', rules: [{ id: 'flow' }, { id: 'plain' }] } },
        results: [
          {
            ...result('flow'),
            codeFlows: [
              {
                threadFlows: [
                  {
                    locations: [
                      step('comes in', place('src/other.ts', 4)),
                      step('goes on', place('src/run.ts', 105)),
                      step('is used', here),
                    ],
                  },
                ],
              },
            ],
          },
          result('plain'),
        ],
      },
    ],
  });
}
