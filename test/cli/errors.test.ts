import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home } from './helper.ts';

let home: Home;
beforeAll(() => {
  home = new Home();
  home.write('project/a.txt', 'nothing\n');
});
afterAll(() => home.remove());

/** Wrong use: the first line of the error output, and always exit code 64. */
const WRONG: [args: string[], error: RegExp][] = [
  [['lst'], /There is no command 'lst'\. Did you mean 'list'\?$/],
  [['secrets-scan'], /Did you mean 'run secrets-scan'\?$/],
  [['runs', 'lst'], /There is no command 'runs lst'\. Did you mean 'runs list'\?$/],
  [['run'], /Missing required argument 'task'\.$/],
  [['run', 'secrets-scn', '-p', 'path=.'], /There is no task 'secrets-scn'\. Did you mean 'secrets-scan'\?$/],
  [['run', 'cvss', '--jsno'], /Unknown option '--jsno'\. Did you mean --json\?$/],
  [['run', 'secrets-scan', '-p', 'pth=project'], /pth: is not a parameter; did you mean path\?$/],
  [['run', 'secrets-scan'], /path: expects text and is missing, for example '\.'$/],
  [['run', 'secrets-scan', '-p', '{path: 5}'], /path: expects text, not 5, for example '\.'$/],
  [
    ['run', 'secrets-scan', '-p', '{path: [1}'],
    /-p: .*Expects YAML or JSON, for example '\{path: \.\}' or path=\.$/,
  ],
  [['run', 'secrets-scan', '-p', 'just words'], /-p: expects names and values/],
  [['run', 'secrets-scan', '-p', 'path=no/such'], /path: \S*\/no\/such does not exist\.$/],
  [['run', 'secrets-scan', '--params-file', 'none.yaml'], /--params-file: none\.yaml does not exist\.$/],
  [
    ['run', 'secrets-scan', '-p', 'path=project', '--fail-on', 'hihg'],
    /--fail-on expects one of .*, not 'hihg'\. Did you mean 'high'\?$/,
  ],
  [
    ['run', 'secrets-scan', '-p', 'path=project', '--project', 'defalt'],
    /there is no project 'defalt'\. Did you mean 'default'\?$/,
  ],
  [
    ['run', 'http-check', '-p', 'url=http://example.org/'],
    /outside the authorised scope\. Add it with 'sentinelx scope add/,
  ],
  [['list', '-c', 'secretz'], /--category expects one of .*Did you mean 'secrets'\?$/],
  [['list', '-f', 'xml'], /--format expects one of table, json, yaml, not 'xml'\.$/],
  [['info', 'cvs'], /There is no task 'cvs'\. Did you mean 'cvss'\?$/],
  [['search'], /Name words to look for/],
  [['runs', 'show', 'last'], /There are no runs yet\.$/],
  [['config', 'set', 'prot', '1'], /There is no key 'prot'\. Did you mean 'port'\?$/],
  [['completion', 'basj'], /expects one of bash, zsh, fish, not 'basj'\. Did you mean 'bash'\?$/],
  [['web', 'start', '--port', '99999'], /--port expects a whole number from 0 to 65535, not '99999'\.$/],
  [['user', 'lst', '--json'], /There is no command 'user lst'\. Did you mean 'user list'\?$/],
  [['user', 'list', '--kind', 'persn'], /--kind expects one of person, service, .*Did you mean 'person'\?$/],
  [['user', 'list', '--limit', 'many'], /--limit expects a number, not 'many'\.$/],
  [['user', 'list', '--limt', '3'], /Unknown option '--limt'\. Did you mean --limit\?$/],
  [['user', 'add'], /login: expects text and is missing, for example 'ada'$/],
  [['user', 'add', 'ada', '--role', 'nobody'], /There is no role 'nobody'/],
  [['user', 'show', 'ada'], /There is no user 'ada'\.$/],
  [['user', 'update', 'ada', '--password-stdin'], /The standard input has no password/],
  [['role', 'add', 'x', '--body', '[1'], /--body: .*Expects YAML or JSON/],
  [['account', 'password'], /Current password is needed, .*--current-stdin/],
  [['runs', 'list', '--server', 'http://'], /--server expects the address of a server/],
  [['interactive'], /interactive needs a terminal\. In a script use 'sentinelx run/],
];

test.each(WRONG)('%j is one clear line and exit code 64', async (args, error) => {
  const { code, out, err } = await home.run(args);
  const [first = ''] = err.split('\n');
  expect(first).toMatch(/^error: /);
  expect(first).toMatch(error);
  expect(out).toBe('');
  expect(err).not.toMatch(/\n {4}at /);
  expect(code).toBe(64);
});

test('validate says what is wrong and starts nothing', async () => {
  const { code, out } = await home.run(['validate', 'secrets-scan', '-p', '{path: 5, histry: auto}']);
  expect(code).toBe(64);
  expect(out).toMatch(/histry: is not a parameter; did you mean history\?/);
  expect(out).toMatch(/path: expects text, not 5/);
  expect((await home.run(['validate', 'secrets-scan', '-p', 'path=project'])).code).toBe(0);
  expect(JSON.parse((await home.run(['runs', 'list', '-f', 'json'])).out).items).toEqual([]);
});

test('--verbose shows the causes', async () => {
  const { err } = await home.run(['-v', 'run', 'secrets-scan', '-p', 'path=no/such']);
  expect(err).toContain('caused by:');
});

test('the habits of the earlier command line work', async () => {
  const category = await home.run(['list', '-c', 'secrets', '-d']);
  expect(category.out).toMatch(/^secrets\n +secrets-scan .*\n +reads its target/);
  expect((await home.run(['-f', 'json', 'list'])).out).toBe((await home.run(['list', '-f', 'json'])).out);
  expect((await home.run(['search', '-s', 'passwords'])).out).toBe(
    (await home.run(['search', 'passwords'])).out,
  );
  const examples = await home.run(['info', 'cvss', '-e']);
  expect(examples.out).toMatch(/sentinelx run cvss -p '/);
  const file = home.write('other.yaml', 'port: 4711\n');
  expect((await home.run(['-c', file, 'config', 'show', '-f', 'yaml'])).out).toContain('value: 4711');
});

test('colours only where they are wanted', async () => {
  expect((await home.run(['list'], { env: { FORCE_COLOR: '1' } })).out).toContain('\u001b[');
  expect((await home.run(['list', '--no-color'], { env: { FORCE_COLOR: '1' } })).out).not.toContain(
    '\u001b[',
  );
  expect((await home.run(['list'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).out).not.toContain(
    '\u001b[',
  );
  expect((await home.run(['list'], { env: { CI: 'true' } })).out).not.toContain('\u001b[');
});
