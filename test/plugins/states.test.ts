import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allow, makeFolders, PACKAGE, run, startOn, taskSource } from './helper.ts';

const at = makeFolders();
let server: Awaited<ReturnType<typeof startOn>>;
let connections = 0;
const listener = createServer(() => {
  connections += 1;
});

const marker = join(at.folder, 'executed');
const outside = join(at.folder, 'outside.txt');

/** Every broken one beside two good ones: what the good ones do is the proof that nothing else is stopped. */
beforeAll(async () => {
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  writeFileSync(outside, 'what nobody may read');
  at.copy('todo-check', 'todo-check');
  at.copy('npm-checks', 'node_modules/@example/npm-checks');
  at.write('node_modules/@example/npm-checks/node_modules/own-words', {
    'package.json': '{ "name": "own-words", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
    'index.js': 'export const countWords = (text) => text.split(/\\s+/).filter(Boolean).length;\n',
  });
  const one = (name: string, source: string) =>
    at.write(name, { 'package.json': PACKAGE, 'index.js': source });
  one('throws', taskSource({}, "throw new TypeError('no such luck');"));
  one('loops', taskSource({}, 'for (;;) {}'));
  one('waits', taskSource({}, 'await new Promise(() => setInterval(() => {}, 1000));'));
  one('eats', taskSource({}, 'const all = []; for (;;) all.push(new Uint8Array(8e6).fill(1));'));
  one('leaves', taskSource({}, 'process.exit(0);'));
  one(
    'prints',
    taskSource(
      { id: "'loud-task'" },
      "for (let i = 0; i < 3000; i += 1) { console.log('x'.repeat(2000)); console.error('y'.repeat(2000)); }",
    ),
  );
  one('bad-id', taskSource({ id: "'Not An Id'" }));
  one('bad-power', taskSource({ needs: "['read', 'everything']", touches: "'reads-target'" }));
  one('twice-power', taskSource({ needs: "['read', 'read']", touches: "'reads-target'" }));
  one(
    'bad-rule',
    taskSource({ rules: "{ 'my-rule': { title: 'x', severity: 'awful', why: 'x', fix: 'x' } }" }),
  );
  one('hides-power', taskSource({ needs: "['net']" }));
  one('no-task', 'export default 1;\n');
  one('no-params', taskSource({ params: 'z.string()' }));
  one(
    'loop-params',
    taskSource({
      params: 'z.object({ get me() { return z.array(z.object({ x: z.lazy(() => z.any()) })) } })',
    }),
  );
  one('needs-more', `import x from 'left-pad';\n${taskSource()}`);
  one('collides', taskSource({ id: "'cvss'" }));
  one('taken-one', taskSource({ id: "'shared-name'" }));
  one('taken-two', taskSource({ id: "'shared-name'" }));
  one(
    'escapes',
    taskSource(
      { id: "'escape-task'", description: 'JSON.stringify(got)' },
      `import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
const got = {};
const attempt = (name, work) => { try { got[name] = String(work()).slice(0, 20); } catch (error) { got[name] = error.code ?? error.name; } };
attempt('read', () => readFileSync(${JSON.stringify(outside)}, 'utf8'));
attempt('list', () => readdirSync(${JSON.stringify(at.dataDir)}));
attempt('key', () => readFileSync(${JSON.stringify(join(at.dataDir, 'instance.key'))}));
attempt('write', () => writeFileSync(${JSON.stringify(marker)}, 'x'));
attempt('kill', () => process.kill(process.ppid, 0));
attempt('environment', () => Object.keys(process.env).join());
got.net = await new Promise((resolve) => { try { connect(${port}, '127.0.0.1').on('connect', () => resolve('connected')).on('error', (error) => resolve(error.code)); } catch (error) { resolve(error.code); } });
for (const name of ['node:child_process', 'node:worker_threads', 'node:sqlite']) {
  try {
    const module = await import(name);
    if (name === 'node:child_process') module.execFileSync('id');
    if (name === 'node:worker_threads') new module.Worker('1', { eval: true });
    got[name.slice(5, 11)] = 'worked';
  } catch (error) { got[name.slice(5, 11)] = error.code ?? error.message; }
}`,
    ),
  );
  at.write('no-manifest', { 'index.js': taskSource() });
  at.write('bad-json', { 'package.json': '{', 'index.js': taskSource() });
  at.write('common-js', { 'package.json': PACKAGE.replace('module', 'commonjs'), 'index.js': taskSource() });
  at.write('climbs', { 'package.json': PACKAGE.replace('./index.js', '../throws/index.js') });
  at.write('gone-file', { 'package.json': PACKAGE });
  at.write('Bad Name', { 'package.json': PACKAGE, 'index.js': taskSource() });
  at.write('links-out', { 'package.json': PACKAGE, 'index.js': taskSource() });
  symlinkSync(outside, join(at.plugins, 'links-out', 'data.txt'));
  at.write('has-pipe', { 'package.json': PACKAGE, 'index.js': taskSource() });
  execFileSync('mkfifo', [join(at.plugins, 'has-pipe', 'pipe')]);
  symlinkSync(join(at.plugins, 'throws'), join(at.plugins, 'linked'));
  writeFileSync(join(at.plugins, 'package-lock.json'), '{}');
  server = await startOn(at.dataDir, ['@example/npm-checks', 'not-installed']);
}, 60_000);
afterAll(async () => {
  await server.close();
  listener.close();
  at.remove();
});

const BROKEN: Record<string, RegExp> = {
  throws: /^index\.js cannot be loaded: TypeError: no such luck$/,
  // On a machine that is very busy the other limit comes first.
  loops: /^index\.js It (?:used more than 5 s of processor time|did not answer in 20 s)\.$/,
  waits: /^index\.js It did not answer in 20 s\.$/,
  eats: /^index\.js It used more than 384 MB\.$/,
  leaves: /^index\.js Its process ended before it answered\.$/,
  'bad-id': /^index\.js id .*small letters/,
  'bad-power': /^index\.js needs\.1 expects one of read, net, secret, not 'everything'$/,
  'twice-power': /^index\.js needs expects each power once/,
  'bad-rule': /^index\.js rules\.my-rule\.severity expects one of critical/,
  'hides-power': /^index\.js touches expects reads-target/,
  'no-task': /^index\.js Its default export is not a task/,
  'no-params': /^index\.js Its params are not a z\.object/,
  'needs-more': /^index\.js cannot be loaded: .*Cannot find package 'left-pad' imported from index\.js$/,
  collides: /^index\.js its task 'cvss' has the name of a task of SentinelX itself/,
  'no-manifest': /^package\.json is missing$/,
  'bad-json': /^package\.json is not JSON$/,
  'common-js': /^package\.json type: expects "module"$/,
  climbs: /^package\.json names \.\.\/throws\/index\.js, which is outside of the folder$/,
  'gone-file': /^package\.json names \.\/index\.js, which does not exist$/,
  'Bad Name': /expects a name in small letters/,
  'links-out': /^data\.txt is a symbolic link, and only files are taken$/,
  'has-pipe': /^pipe is a pipe, and only files are taken$/,
  linked: /^is a symbolic link; put the folder itself there/,
};

test('each broken plug-in is named with its file and reason, and the others can be allowed and run', async () => {
  const listed = await server.call('/plugins');
  expect(listed.status).toBe(200);
  const states = Object.fromEntries(
    listed.body.items.map((item: { id: string; state: string }) => [item.id, item.state]),
  );
  const problems = Object.fromEntries(
    listed.body.items.map((item: { id: string; problem: string }) => [item.id, item.problem]),
  );
  for (const [id, reason] of Object.entries(BROKEN)) {
    expect([id, states[id]]).toEqual([id, 'broken']);
    expect(problems[id], id).toMatch(reason);
  }
  expect(states['npm:not-installed']).toBe('missing');
  expect(problems['npm:not-installed']).toContain('npm install');
  for (const id of ['todo-check', 'npm:@example/npm-checks', 'prints', 'escapes', 'taken-one', 'taken-two'])
    expect([id, states[id], problems[id]]).toEqual([id, 'new', null]);
  expect(states).not.toHaveProperty('node_modules');
  expect(existsSync(marker)).toBe(false);

  // Nothing is a task before it was allowed.
  expect((await server.call('/tasks')).body.items.map((task: { id: string }) => task.id)).not.toContain(
    'todo-check',
  );
  const early = await run(server.call, 'todo-check', { path: at.target });
  expect([early.status, early.body.code]).toEqual([403, 'plugin-not-allowed']);
  expect(early.body.detail).toContain('todo-check of the task');

  for (const id of ['loops', 'collides', 'not-there'])
    expect((await server.call(`/plugins/${id}/allow`, { hash: 'a'.repeat(64) })).body.code).toBe(
      id === 'not-there' ? 'not-found' : 'plugin-broken',
    );

  expect((await allow(server.call, 'todo-check')).body.state).toBe('allowed');
  expect((await allow(server.call, 'npm:@example/npm-checks')).body.state).toBe('allowed');
  await server.call('/scope', { kind: 'path', value: at.target });
  const scan = await run(server.call, 'todo-check', { path: at.target });
  expect([scan.body.status, scan.body.counts.new]).toEqual(['done', 1]);
  const count = await run(server.call, 'word-count', { text: 'one two three' });
  expect([count.body.status, count.body.output]).toEqual(['done', { words: 3 }]);
  const own = await run(server.call, 'cvss', { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' });
  expect([own.body.status, own.body.output.vectors[0].score]).toEqual(['done', 9.8]);
}, 120_000);

test('a look shows powers, parameters and rules before anything is allowed, and no code gets out of it', async () => {
  const shown = (await server.call('/plugins/todo-check')).body;
  expect(shown.powers).toEqual(['read']);
  expect(shown.files).toBe(3);
  expect(shown.declares[0].params.properties.path).toMatchObject({
    kind: 'path',
    target: true,
    title: 'Folder',
  });
  expect(shown.declares[0].rules['open-end'].severity).toBe('low');
  const { declares } = (await server.call('/plugins/escapes')).body;
  expect(JSON.parse(declares[0].description)).toEqual({
    read: 'ERR_ACCESS_DENIED',
    list: 'ERR_ACCESS_DENIED',
    key: 'ERR_ACCESS_DENIED',
    write: 'ERR_ACCESS_DENIED',
    kill: 'ERR_ACCESS_DENIED',
    environment: 'SENTINELX_RUN,TZ',
    net: 'ERR_ACCESS_DENIED',
    child_: 'ERR_ACCESS_DENIED',
    worker: 'ERR_ACCESS_DENIED',
    sqlite: 'ERR_UNKNOWN_BUILTIN_MODULE',
  });
  expect(connections).toBe(0);
});

test('an own task is listed, found, described and checked like every other', async () => {
  const found = (await server.call('/tasks?q=open+ends')).body.items;
  expect(found[0]).toMatchObject({ id: 'todo-check', accepts: ['path'], ruleCount: 1 });
  const info = (await server.call('/tasks/todo-check/info')).body;
  expect(info.params.properties.word).toMatchObject({ default: 'TODO', pattern: '^[A-Z]{2,20}$' });
  expect(info.output.properties.files.type).toBe('integer');
  const check = async (params: object) => (await server.call('/tasks/todo-check/check', { params })).body;
  expect(await check({ path: at.target })).toMatchObject({
    ok: true,
    params: { word: 'TODO' },
    needs: ['read'],
  });
  expect((await check({})).problems[0]).toMatchObject({ field: 'path', example: '.' });
  expect((await check({ path: at.target, wrod: 'x' })).problems[0].message).toContain('did you mean word?');
  // A pattern and a refinement: only the task's own schema knows them.
  expect((await check({ path: at.target, word: 'todo' })).problems).toEqual([
    { field: 'word', message: "expects a word in capital letters, not 'todo'", example: 'FIXME' },
  ]);
  expect((await check({ path: at.target, word: 'NOTE' })).problems[0].message).toContain(
    'NOTE is no open end',
  );
  const started = await server.call('/tasks/todo-check/run', { params: { path: at.target, word: 'todo' } });
  expect([started.status, started.body.code]).toEqual([422, 'invalid-parameter']);
  const outOfScope = await server.call('/tasks/todo-check/run', { params: { path: at.dataDir } });
  expect([outOfScope.status, outOfScope.body.code]).toEqual([403, 'out-of-scope']);
});

test('two plug-ins with one task name: the one that was allowed first has it', async () => {
  expect((await allow(server.call, 'taken-two')).body.state).toBe('allowed');
  const other = (await server.call('/plugins/taken-one')).body;
  expect(other.state).toBe('broken');
  expect(other.problem).toContain('has the name of a task of the plug-in taken-two');
  expect((await server.call('/plugins/taken-two/refuse', {})).status).toBe(204);
  expect((await server.call('/plugins/taken-two')).body.state).toBe('refused');
  expect((await server.call('/plugins/taken-one')).body.state).toBe('new');
  const gone = await run(server.call, 'shared-name', {});
  expect([gone.status, gone.body.code]).toEqual([403, 'plugin-not-allowed']);
});

test('what is allowed is what was shown', async () => {
  at.write('moving', { 'package.json': PACKAGE, 'index.js': taskSource({ id: "'moving-task'" }) });
  const { hash } = (await server.call('/plugins/moving')).body;
  appendFileSync(join(at.plugins, 'moving', 'index.js'), '// more\n');
  const late = await server.call('/plugins/moving/allow', { hash });
  expect([late.status, late.body.code]).toEqual([409, 'conflict']);
  expect((await server.call('/plugins/moving')).body.state).toBe('new');

  expect((await allow(server.call, 'moving')).body.state).toBe('allowed');
  expect((await run(server.call, 'moving-task', {})).body.status).toBe('done');
  appendFileSync(join(at.plugins, 'moving', 'index.js'), '//');
  at.write('moving', { 'lib/new.js': '' });
  const refused = await run(server.call, 'moving-task', {});
  expect([refused.status, refused.body.code]).toEqual([403, 'plugin-not-allowed']);
  expect(refused.body.detail).toContain('was changed after it was allowed (index.js, lib/new.js)');
  const changed = (await server.call('/plugins/moving')).body;
  expect(changed.state).toBe('changed');
  expect(changed.changes).toEqual([
    { path: 'index.js', change: 'changed' },
    { path: 'lib/new.js', change: 'added' },
  ]);
  expect((await server.call('/tasks')).body.items.map((task: { id: string }) => task.id)).not.toContain(
    'moving-task',
  );

  renameSync(join(at.plugins, 'moving'), join(at.folder, 'moved-away'));
  expect((await server.call('/plugins/moving')).body.state).toBe('missing');
  expect((await run(server.call, 'moving-task', {})).body.detail).toContain('is not there any more');
  cpSync(join(at.folder, 'moved-away'), join(at.plugins, 'moving'), { recursive: true });
  expect((await allow(server.call, 'moving')).body.state).toBe('allowed');
});

test('the example of the guide works as it stands there', async () => {
  const guide = readFileSync(new URL('../../docs/guides/own-tasks.md', import.meta.url), 'utf8');
  const block = (kind: string) =>
    new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(guide)?.[1] ?? '';
  at.write('guide', {
    'package.json': block('json'),
    'index.ts': block('ts').replace("id: 'todo-check'", "id: 'guide-check'"),
  });
  expect((await allow(server.call, 'guide')).body).toMatchObject({
    state: 'allowed',
    grants: ['read: reads every file below the target that a run names'],
  });
  const ended = await run(server.call, 'guide-check', { path: at.target });
  expect(ended.body).toMatchObject({ status: 'done', counts: { new: 1 } });
});

test('a copy that somebody changed in the data folder is not run', async () => {
  at.write('tampered', {
    'package.json': PACKAGE,
    'index.js': taskSource({ id: "'tampered-task'", output: 'z.string()' }, '', "return 'as it was';"),
  });
  const { hash } = (await allow(server.call, 'tampered')).body;
  const copy = join(at.dataDir, 'plugin-copies', hash, 'content');
  writeFileSync(
    join(copy, 'index.js'),
    taskSource({ id: "'tampered-task'", output: 'z.string()' }, '', "return 'something else';"),
  );
  const first = await run(server.call, 'tampered-task', {});
  expect(first.body.output ?? null).not.toBe('something else');
  const next = await run(server.call, 'tampered-task', {});
  expect([next.body.status, next.body.output]).toEqual(['done', 'as it was']);
});

test('what an own task reports is read like everything from outside', async () => {
  const rules = "{ 'a-rule': { title: 'x', severity: 'low', why: 'x', fix: 'x' } }";
  const cases: Record<string, [string, string]> = {
    'odd-place': [
      "yield { type: 'finding', rule: 'a-rule', at: { kind: 'file' }, key: ['x'] };",
      'task-protocol',
    ],
    'odd-rule': [
      "yield { type: 'finding', rule: 'b', at: { kind: 'file', path: 'x' }, key: ['x'] };",
      'task-protocol',
    ],
    'odd-event': ["yield { type: 'nonsense' };", 'task-protocol'],
    // Only the task of imports speaks for other tools and decides about known findings.
    'odd-tool': [
      "yield { type: 'finding', rule: 'a-rule', tool: 'other', at: { kind: 'file', path: 'x' }, key: ['x'] };",
      'task-protocol',
    ],
    'odd-prints': [
      "yield { type: 'finding', rule: 'a-rule', at: { kind: 'file', path: 'x' }, key: ['x'], toolPrints: [{ name: 'h', value: '1' }] };",
      'task-protocol',
    ],
    'odd-verdict': [
      "yield { type: 'verdict', about: [{ kind: 'cve', value: 'CVE-2024-1' }], change: { status: 'confirmed' } };",
      'task-protocol',
    ],
    'odd-log': [
      "ctx.log('info', { text: 1 }); await new Promise((r) => setTimeout(r, 2000));",
      'task-protocol',
    ],
    'odd-power': ["await ctx.net.http({ url: 'http://127.0.0.1/' });", 'task-failed'],
    'odd-throw': ["throw new Error('by itself');", 'task-failed'],
  };
  for (const [id, [body]] of Object.entries(cases)) {
    at.write(id, { 'package.json': PACKAGE, 'index.js': taskSource({ id: `'${id}'`, rules }, '', body) });
    expect((await allow(server.call, id)).body.state, id).toBe('allowed');
  }
  for (const [id, [, code]] of Object.entries(cases)) {
    const ended = await run(server.call, id, {});
    expect([id, ended.body.status, ended.body.error?.code]).toEqual([id, 'failed', code]);
  }
}, 60_000);

test('decisions are in the audit log with what was decided, and the folder is looked at anew each time', async () => {
  const { items } = (await server.call('/audit?operation=plugins.allow&limit=100')).body;
  const entry = items.find(
    (one: { subject: string; outcome: string }) => one.subject === 'todo-check' && one.outcome === 'done',
  );
  expect(entry.after).toMatchObject({ tasks: ['todo-check'], powers: ['read'] });
  expect(entry.after.hash).toMatch(/^[0-9a-f]{64}$/);
  rmSync(join(at.plugins, 'loops'), { recursive: true });
  mkdirSync(join(at.plugins, 'empty'));
  expect((await server.call('/plugins/empty')).body.problem).toBe('package.json is missing');
});
