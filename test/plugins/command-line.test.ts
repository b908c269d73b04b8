import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home } from '../cli/helper.ts';
import { makeFolders } from './helper.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/sentinelx.js', import.meta.url));
/** Gives a program a terminal, which `interactive` insists on. */
const SCRIPT = '/usr/bin/script';

const at = makeFolders();
const home = new Home();
const env = { SENTINELX_DATA_DIR: at.dataDir };
const run = (...args: string[]) => home.run(args, { env });

beforeAll(async () => {
  at.copy('todo-check', 'todo-check');
  const { hash } = JSON.parse((await run('plugin', 'show', 'todo-check', '--json')).out);
  expect((await run('__complete', '--', 'run', 'todo')).out, 'nobody has allowed it yet').toBe('');
  expect((await run('plugin', 'allow', 'todo-check', hash)).code).toBe(0);
}, 60_000);
afterAll(() => {
  home.remove();
  at.remove();
});

test('completion offers the own tasks of an installation, and their parameters', async () => {
  const complete = async (...words: string[]) => {
    const { out, err, code } = await run('__complete', '--', ...words);
    expect([code, err]).toEqual([0, '']);
    return out.trim().split('\n');
  };
  expect(await complete('run', 'todo')).toEqual([
    'todo-check\tFinds what was left to be done in security-relevant code.',
  ]);
  expect(await complete('run', 'todo-check', '-p', '')).toEqual(['path=\tFolder', 'word=\tWord']);
  expect(await complete('run', 'todo-check', '-p', 'path=')).toEqual([':files']);
  expect(await complete('run', 'cv')).toHaveLength(1);
  const elsewhere = await home.run(['__complete', '--', 'run', 'todo'], {
    env: { SENTINELX_DATA_DIR: `${at.folder}/empty` },
  });
  expect(elsewhere.out, 'of another data folder').toBe('');
  expect(existsSync(`${at.folder}/empty`), 'no data folder is made for a key press').toBe(false);
}, 90_000);

test.skipIf(!existsSync(SCRIPT))(
  'interactive offers them too, says what their own rules say about a value, and runs them',
  async () => {
    const terminal = spawn(
      SCRIPT,
      ['-qfec', `stty cols 120 rows 40; exec '${process.execPath}' '${LAUNCHER}' interactive`, '/dev/null'],
      {
        env: { PATH: process.env.PATH, HOME: home.path, TERM: 'xterm', ...env },
      },
    );
    let shown = '';
    terminal.stdout.on('data', (bytes: Buffer) => {
      shown += bytes.toString();
    });
    const ended = new Promise<number | null>((resolve) => terminal.once('close', resolve));
    let seen = 0;
    const after = async (words: string, keys: string) => {
      await expect.poll(() => plain(shown.slice(seen)), { timeout: 30_000 }).toContain(words);
      seen = shown.length;
      terminal.stdin.write(keys);
    };
    try {
      await after('Which task?', 'Open ends');
      await after('Open ends', '\r');
      await after('What to look through', `${at.target}\r`);
      await after('Word', 'NOTE\r');
      await after('NOTE is no open end', 'TODO\r');
      await after('Run it now?', '\r');
      await after('Keep the answers', '\r');
      await ended;
    } finally {
      terminal.kill('SIGKILL');
    }
    expect(plain(shown)).toContain('sentinelx run todo-check');
    expect(plain(shown)).toContain('Something was left to be done');
  },
  120_000,
);

/** Without colours, and with what the terminal would draw over. */
function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ');
}
