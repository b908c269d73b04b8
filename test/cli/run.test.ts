import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Home, outcome, plantSecret } from './helper.ts';

let home: Home;
beforeEach(() => {
  home = new Home();
});
afterEach(() => home.remove());

const VECTOR = 'vector=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

test('--json prints one object and nothing else, also with --verbose', async () => {
  plantSecret(home);
  const { code, out } = await home.run(['run', 'secrets-scan', '-p', 'path=project', '--json', '-v']);
  expect(code).toBe(0);
  const report = JSON.parse(out);
  expect(Object.keys(report)).toEqual(['run', 'findings', 'output', 'problems']);
  expect(report.run.status).toBe('done');
  expect(report.findings.map((finding: { location: { path: string } }) => finding.location.path)).toContain(
    'settings.py',
  );
  expect(out).not.toContain('kT9vQ2xLm7RwZp4s');
});

test('the table names severity, place and rule, and never the whole secret', async () => {
  plantSecret(home);
  const { code, out, err } = await home.run(['run', 'secrets-scan', '-p', 'path=project'], {
    env: { COLUMNS: '80' },
  });
  expect(code).toBe(0);
  expect(out).toMatch(/^high +settings\.py:2:\d+ +generic-password +new$/m);
  expect(out).toMatch(/1 finding: 1 high; 1 new/);
  expect(out + err).not.toContain('kT9vQ2xLm7RwZp4s');
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  expect(out).not.toContain('\u001b');
});

test('the second run of the same finds nothing new, and what is gone is fixed', async () => {
  const folder = plantSecret(home);
  await home.run(['run', 'secrets-scan', '-p', 'path=project']);
  const second = await home.run(['run', 'secrets-scan', '-p', 'path=project']);
  expect(second.out).toContain('1 seen before');
  writeFileSync(join(folder, 'settings.py'), 'DEBUG = True\n');
  const third = await home.run(['run', 'secrets-scan', '-p', 'path=project']);
  expect(third.out).toContain('No findings; 1 fixed.');
});

test('--fail-on ends with 2 when a finding is as severe, with 0 when none is', async () => {
  plantSecret(home);
  expect((await home.run(['run', 'secrets-scan', '-p', 'path=project', '--fail-on', 'high'])).code).toBe(2);
  expect((await home.run(['run', 'secrets-scan', '-p', 'path=project', '--fail-on', 'critical'])).code).toBe(
    0,
  );
});

test('a part that cannot be examined ends with 3 and is named; the gate goes before', async () => {
  plantSecret(home);
  home.write('project/broken.zip', `PK\u0003\u0004${'x'.repeat(200)}`);
  const partial = await home.run(['run', 'secrets-scan', '-p', 'path=project']);
  expect(partial.code).toBe(3);
  expect(partial.out).toMatch(/1 part could not be examined:\n +broken\.zip/);
  expect((await home.run(['run', 'secrets-scan', '-p', 'path=project', '--fail-on', 'low'])).code).toBe(2);
});

test('parameters come as YAML, JSON, name=value and from a file; the later one wins', async () => {
  const file = home.write('params.yaml', 'vector: nonsense\n');
  for (const args of [
    ['-p', `{"vector":"${VECTOR.slice(7)}"}`],
    ['-p', `vector: ${VECTOR.slice(7)}`],
    ['-p', VECTOR],
  ]) {
    const { code, out } = await home.run(['run', 'cvss', '--params-file', file, ...args, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out).run.params.vector).toBe(VECTOR.slice(7));
  }
  const piped = await home.run(['run', 'cvss', '--params-file', '-', '-f', 'json'], {
    input: `vector: ${VECTOR.slice(7)}`,
  });
  expect(JSON.parse(piped.out).output.vectors[0].score).toBe(9.8);
});

test('--output writes the whole file or none, and its ending chooses the format', async () => {
  plantSecret(home);
  const { code, out, err } = await home.run([
    'run',
    'secrets-scan',
    '-p',
    'path=project',
    '-o',
    'report.sarif',
  ]);
  expect(code).toBe(0);
  expect(out).toBe('');
  expect(err).toContain('sarif written to');
  expect(JSON.parse(readFileSync(join(home.path, 'report.sarif'), 'utf8')).version).toBe('2.1.0');
  expect(readdirSync(home.path).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('an output that cannot be written is refused before the run', async () => {
  const { code, err } = await home.run(['run', 'cvss', '-p', VECTOR, '-o', 'no/such/folder/x.json']);
  expect(code).toBe(1);
  expect(err).toMatch(/^error: --output: the folder .* does not exist\./);
  expect(existsSync(home.data)).toBe(false);
});

test('SARIF has relative paths, tags, fingerprints, regions and masked snippets', async () => {
  plantSecret(home);
  const { out } = await home.run(['run', 'secrets-scan', '-p', 'path=project', '--sarif']);
  const { runs } = JSON.parse(out);
  const [result] = runs[0].results;
  const { physicalLocation } = result.locations[0];
  expect(physicalLocation.artifactLocation).toEqual({ uri: 'settings.py', uriBaseId: 'SCANROOT' });
  expect(physicalLocation.region.startLine).toBe(2);
  expect(physicalLocation.region.snippet.text).toContain('DB_PASSWORD');
  expect(result.level).toBe('error');
  expect(Object.keys(result.partialFingerprints).length).toBeGreaterThan(0);
  const rule = runs[0].tool.driver.rules[result.ruleIndex];
  expect(rule.id).toBe(result.ruleId);
  expect(rule.properties.tags.some((tag: string) => /^CWE-\d+$/.test(tag))).toBe(true);
  expect(runs[0].invocations[0].executionSuccessful).toBe(true);
  expect(out).not.toContain('kT9vQ2xLm7RwZp4s');
  expect(out).not.toContain(home.path);
});

test('a closed pipe is no crash and keeps the exit code', async () => {
  plantSecret(home);
  const child = home.start(['run', 'secrets-scan', '-p', 'path=project', '--json', '--fail-on', 'high']);
  child.stdout?.destroy();
  const { code, err } = await outcome(child);
  expect(code).toBe(2);
  expect(err).not.toContain('EPIPE');
});

test('Ctrl-C cancels the run and ends with 130; what was found is kept', async () => {
  const line = 'const value = compute(alpha, beta);\n'.repeat(20_000);
  for (let index = 0; index < 400; index += 1) home.write(`big/file${index}.js`, line);
  const child = home.start(['run', 'secrets-scan', '-p', 'path=big', '-v']);
  const ended = outcome(child);
  await new Promise<void>((resolve) => child.stderr?.once('data', () => resolve()));
  child.kill('SIGINT');
  const { code, err } = await ended;
  expect(err).toContain('cancelling');
  expect(code).toBe(130);
  expect(JSON.parse((await home.run(['runs', 'list', '-f', 'json'])).out).items[0].status).toBe('cancelled');
});

test('a path with escapes is shown as visible text', async () => {
  home.write('project/\u001b[31mred\u202etxt.py', 'DB_PASSWORD = "kT9vQ2xLm7RwZp4s"\n');
  const { out } = await home.run(['run', 'secrets-scan', '-p', 'path=project']);
  expect(out).toContain('\\u001b[31mred\\u202etxt.py');
  expect(out).not.toContain('\u001b');
  expect(out).not.toContain('\u202e');
});

test('runs and findings are found again by the end of their id', async () => {
  plantSecret(home);
  await home.run(['run', 'secrets-scan', '-p', 'path=project']);
  const [run] = JSON.parse((await home.run(['runs', 'list', '-f', 'json'])).out).items;
  const shown = await home.run(['runs', 'show', run.id.slice(-8)]);
  expect(shown.out).toContain(run.id);
  const [finding] = JSON.parse(
    (await home.run(['findings', 'list', 'severity:high', '-f', 'json'])).out,
  ).items;
  const page = await home.run(['findings', 'show', finding.id.slice(-8)]);
  expect(page.out).toContain('What to do');
  expect(page.out).toMatch(/^> 2 │ DB_PASSWORD/m);
  const again = await home.run(['runs', 'rerun', 'last', '-f', 'json']);
  expect(JSON.parse(again.out).run.rerunOf).toBe(run.id);
}, 60_000);

test('a list has pages, and all of them on request', async () => {
  for (let index = 0; index < 3; index += 1) await home.run(['run', 'cvss', '-p', VECTOR]);
  const first = JSON.parse((await home.run(['runs', 'list', '-n', '2', '--json'])).out);
  expect(first.items).toHaveLength(2);
  const next = await home.run(['runs', 'list', '--cursor', first.nextCursor, '--json']);
  const all = JSON.parse((await home.run(['runs', 'list', '-n', '1', '--all', '--json'])).out);
  expect(all).toEqual({ items: [...first.items, ...JSON.parse(next.out).items], nextCursor: null });
  expect((await home.run(['runs', 'list', '-n', '2'])).out).toContain('there are more: --all');
  expect((await home.run(['findings', 'list', '--sort', 'severty'])).err).toMatch(
    /^error: --sort expects one of .*Did you mean 'severity'\?/,
  );
}, 60_000);
