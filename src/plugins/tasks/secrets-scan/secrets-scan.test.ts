import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gzip, tarOf, zipOf } from '../../../archive/test-archives.ts';
import { checkFixture, fixturesIn, runTask, type TaskRun } from '../../../plugin/test-kit.ts';
import { expandExample } from './examples.ts';
import task from './index.ts';
import type { Output } from './params.ts';

const TOKEN = expandExample('[[checksum:ghp_]]', 'secrets-scan test');
const PASSWORD = 'uT6wq9Lr2xBv';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-scan-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

function scan(params: Record<string, unknown> = {}, target = folder): Promise<TaskRun> {
  return runTask(task, { target, params });
}

/** In a child that is not root, because root reads everything. */
function scanAsUser(target: string): TaskRun {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url));
  const script = `
    import { runTask } from ${url('../../../plugin/test-kit.ts')};
    import task from ${url('./index.ts')};
    const run = await runTask(task, { target: process.argv[1] });
    process.stdout.write(JSON.stringify(run));`;
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const options = { encoding: 'utf8', cwd: '/', env: { PATH: process.env.PATH }, ...nobody } as const;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script, target], options),
  ) as TaskRun;
}

const places = (run: TaskRun) =>
  run.findings.map(({ rule, at }) => {
    if (at.kind !== 'file') return rule;
    return `${rule} ${at.path}${at.inside ? `!${at.inside}` : ''}:${at.region?.startLine}:${at.region?.startColumn}`;
  });
const output = (run: TaskRun) => run.output as Output;

test.each(fixturesIn(join(import.meta.dirname, 'fixtures')))('fixture $name', async ({ name, target }) => {
  cpSync(dirname(target), folder, { recursive: true });
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, path);
    // `[[alnum:24]]` and the like become values here: the repository itself holds no text that looks like a live token.
    if (statSync(file).isFile()) writeFileSync(file, expandExample(readFileSync(file, 'utf8'), path));
  }
  const fixture = { name, target: join(folder, 'target') };
  const { missing, wrong } = await checkFixture(task, fixture, { history: 'off' });
  expect({ missing, wrong }).toEqual({ missing: [], wrong: [] });
});

describe('where a secret is', () => {
  test('line and column count characters, not bytes', async () => {
    write('a.js', `// größe 🎉\nconst ü = '${TOKEN}';\n`);
    const run = await scan();
    expect(places(run)).toEqual(['github-token a.js:2:12']);
    expect(run.findings[0]?.at).toMatchObject({ region: { endLine: 2, endColumn: 12 + TOKEN.length } });
  });

  test('the same secret on two lines of a file is two findings, in one place by two rules is one', async () => {
    write('a.env', `GITHUB_TOKEN=${TOKEN}\nOTHER=1\nGITHUB_API_SECRET=${TOKEN}\n`);
    expect(places(await scan({ context: false }))).toEqual([
      'github-token a.env:1:14',
      'github-token a.env:3:19',
    ]);
  });

  test.each([0, 1, 7, 20, 39, 64 * 1024 - 1, 64 * 1024, 128 * 1024 + 3])(
    'a secret %i bytes before the end of a piece is found once',
    async (before) => {
      const piece = 4 * 1024 * 1024;
      const lines = Buffer.alloc(piece + 300_000, 'filler text of a long log\n');
      lines.write(` ${TOKEN}\n`, piece - before);
      write('big.log', lines);
      const run = await scan();
      expect(run.findings).toHaveLength(1);
      const line = lines.subarray(0, piece - before).filter((byte) => byte === 0x0a).length + 1;
      expect(run.findings[0]?.at).toMatchObject({ region: { startLine: line } });
      expect(run.findings[0]?.excerpt?.lines.join('\n')).toContain('ghp_…');
    },
  );

  test('a sparse file of 2 GB is read in bounded memory', { timeout: 60_000 }, async () => {
    write('huge.bin', '');
    truncateSync(join(folder, 'huge.bin'), 2 * 1024 ** 3);
    const fd = openSync(join(folder, 'huge.bin'), 'r+');
    writeSync(fd, `\0 ${TOKEN} \0`, 1.5 * 1024 ** 3);
    closeSync(fd);
    const before = process.memoryUsage().rss;
    const run = await scan();
    expect(run.findings.map((finding) => finding.rule)).toEqual(['github-token']);
    expect(output(run).bytes).toBe(2 * 1024 ** 3);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  test('a line of 5 MB is searched and shown only around the secret', async () => {
    write('app.min.js', `var a="${'x,'.repeat(2_500_000)}";var t="${TOKEN}";${'b();'.repeat(1000)}`);
    const run = await scan();
    expect(places(run)[0]).toMatch(/^github-token app\.min\.js:1:/);
    const [line] = run.findings[0]?.excerpt?.lines ?? [];
    expect(line?.length).toBeLessThanOrEqual(240);
    expect(line).toContain('ghp_…');
  });
});

describe('encodings', () => {
  test('UTF-16 with and without a byte order mark', async () => {
    const text = `name=größe\ntoken=${TOKEN}\n`;
    write('le.txt', Buffer.from(`\ufeff${text}`, 'utf16le'));
    write('be.txt', Buffer.from(`\ufeff${text}`, 'utf16le').swap16());
    write('bare.txt', Buffer.from(`token=${TOKEN}\nsome more plain text\n`, 'utf16le'));
    expect(places(await scan()).sort()).toEqual([
      'github-token bare.txt:1:7',
      'github-token be.txt:2:7',
      'github-token le.txt:2:7',
    ]);
  });

  test('invalid UTF-8 around a secret', async () => {
    write(
      'a.txt',
      Buffer.concat([
        Buffer.from([0xff, 0xc3, 0x28, 0x0a]),
        Buffer.from(`x ${TOKEN} `),
        Buffer.from([0x80, 0xfe]),
      ]),
    );
    expect(places(await scan())).toEqual(['github-token a.txt:2:3']);
  });

  test('in binary files only formats that are distinctive', async () => {
    write(
      'a.bin',
      Buffer.concat([Buffer.alloc(50), Buffer.from(`password = "${PASSWORD}" ${TOKEN} `), Buffer.alloc(50)]),
    );
    const run = await scan();
    expect(run.findings.map((finding) => finding.rule)).toEqual(['github-token']);
    expect(run.findings[0]?.excerpt).toBeUndefined();
  });
});

describe('nothing shows a whole secret', () => {
  test('in no text of any event, wherever it stands', async () => {
    const key = expandExample(
      '-----BEGIN RSA PRIVATE KEY-----\n[[b64:64]]\n[[b64:64]]\n[[b64:20]]\n-----END RSA PRIVATE KEY-----',
    );
    write(
      'a.yml',
      `db:\n  password: ${PASSWORD}\n  note: the old one was ${PASSWORD} too\n  url: postgres://app:${PASSWORD}@db/x\ntoken: ${TOKEN}\n${key}\n`,
    );
    write('b.min.js', `${'y;'.repeat(5000)}const t='${TOKEN}',u='${TOKEN}';${'y;'.repeat(5000)}`);
    write('hidden.yml', `a: ${TOKEN} # sentinelx:allow\nother_password: ${PASSWORD}\n`);
    write('c.zip', zipOf([{ name: 'x.env', bytes: Buffer.from(`API_PASSWORD=${PASSWORD}`) }]));
    const run = await scan();
    expect(run.findings.length).toBeGreaterThan(6);
    const shown = JSON.stringify([
      run.events.map((event) =>
        event.type === 'finding' ? { ...event, key: undefined, secrets: undefined } : event,
      ),
      run.log,
      run.output,
    ]);
    for (const secret of [TOKEN, PASSWORD, ...key.split('\n').slice(1, 4)])
      expect(shown).not.toContain(secret);
    expect(shown).toContain('ghp_… (40 characters)');
    for (const finding of run.findings)
      if (finding.rule !== 'credential-context') expect(finding.secrets?.length).toBeGreaterThan(0);
  });

  test('excerpts have at most 41 lines of 240 characters and 8 KB', async () => {
    const line = 'word '.repeat(100);
    write('a.txt', `${`${line}\n`.repeat(60)}${TOKEN}\n${`${line}\n`.repeat(60)}`);
    const [finding] = (await scan()).findings;
    const lines = finding?.excerpt?.lines ?? [];
    expect(Math.max(...lines.map((one) => one.length))).toBeLessThanOrEqual(240);
    expect(lines.join('\n').length).toBeLessThanOrEqual(8192);
    expect(lines[61 - (finding?.excerpt?.firstLine ?? 0)]).toContain('ghp_…');
  });
});

describe('what is left out', () => {
  test('markers on the line or the comment before it, for the rules that they name', async () => {
    write(
      'a.conf',
      `a_password = ${PASSWORD} # sentinelx:allow generic-password\n# sentinelx:allow\nb_password = ${PASSWORD}\nc_password = ${PASSWORD} # sentinelx:allow github-token\nd = ${TOKEN} # gitleaks:allow\n`,
    );
    const run = await scan({ context: false });
    expect(places(run)).toEqual(['generic-password a.conf:4:14']);
    expect(output(run).suppressed.inline).toBe(3);
    expect(run.log.filter((line) => line.text.includes('not reported'))).toHaveLength(3);
  });

  test('a marker does not reach over a line of code', async () => {
    write('a.conf', `a_password = ${PASSWORD} # sentinelx:allow\nb_password = ${PASSWORD}\n`);
    expect(places(await scan({ context: false }))).toEqual(['generic-password a.conf:2:14']);
  });

  test('allow entries: all that they name must fit', async () => {
    write('test/a.conf', `x_password = ${PASSWORD}`);
    write('src/a.conf', `x_password = ${PASSWORD}\ny = ${TOKEN}`);
    const sha256 = createHash('sha256').update(TOKEN).digest('hex');
    const run = await scan({
      context: false,
      allow: [{ path: 'test/', rule: 'generic-*' }, { sha256 }, { path: 'test/', value: 'nothing*' }],
    });
    expect(places(run)).toEqual(['generic-password src/a.conf:1:14']);
    expect(output(run).suppressed.allowed).toBe(2);
  });

  test('a sentinelx.yaml of the target can leave out, is logged, and a broken one is a problem', async () => {
    write('a.conf', `x_password = ${PASSWORD}`);
    write(
      'sentinelx.yaml',
      'ignore:\n  - a.conf\n  - task: cvss\n    path: other\n  - { task: secrets-scan, rule: github-token }\ngate: { severity: high }\n',
    );
    const run = await scan();
    expect(run.findings.filter((finding) => finding.rule !== 'credential-context')).toEqual([]);
    expect(output(run).suppressed['sentinelx.yaml']).toBe(1);
    expect(run.log.some((line) => line.level === 'warn' && line.text.includes('sentinelx.yaml'))).toBe(true);
    write('sentinelx.yaml', 'ignore: [{ path: a.conf, surprise: 1 }]');
    const broken = await scan();
    expect(broken.problems.map((problem) => problem.code)).toEqual(['invalid-config']);
    expect(broken.findings).toHaveLength(1);
  });

  test('exclude, include and dependency folders decide what is covered', async () => {
    for (const path of ['src/a.conf', 'docs/a.conf', 'node_modules/x/a.conf'])
      write(path, `x_password = ${PASSWORD}`);
    const plain = await scan({ exclude: ['docs/'] });
    expect(places(plain)).toEqual(['generic-password src/a.conf:1:14']);
    expect(plain.covered).toEqual([
      expect.objectContaining({ at: { kind: 'tree', path: '', except: ['docs', 'node_modules'] } }),
    ]);
    expect(output(plain).skipped).toEqual({ excluded: 1, dependencies: 1 });
    expect((await scan({ vendored: true })).findings).toHaveLength(3);
    expect((await scan({}, join(folder, 'node_modules'))).findings).toHaveLength(1);
    const only = await scan({ include: ['src/'] });
    expect(only.covered.map((event) => event.at)).toEqual([{ kind: 'file', path: 'src/a.conf' }]);
  });

  test('rules that are switched off are not claimed to have looked', async () => {
    write('a.conf', `x_password = ${PASSWORD}\ny = ${TOKEN}`);
    const run = await scan({ generic: false, disable: ['github-token'] });
    expect(run.findings).toEqual([]);
    expect(run.covered[0]?.rules).not.toContain('generic-password');
    expect(run.covered[0]?.rules).not.toContain('github-token');
    expect(run.covered[0]?.rules).toContain('private-key');
    await expect(scan({ disable: ['no-such-rule'] })).rejects.toMatchObject({ code: 'invalid-parameter' });
  });
});

describe('what cannot be read', () => {
  test('links are skipped, also in a loop', async () => {
    write('a.conf', `x_password = ${PASSWORD}`);
    symlinkSync('..', join(folder, 'loop'));
    symlinkSync('a.conf', join(folder, 'b.conf'));
    const run = await scan();
    expect(run.findings).toHaveLength(1);
    expect(output(run).skipped).toEqual({ symlink: 2 });
    expect(run.problems).toEqual([]);
  });

  test('an unreadable file is a problem and not covered', () => {
    write('a.conf', 'x');
    write('b.conf', `x_password = ${PASSWORD}`);
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'a.conf'), 0);
    const run = scanAsUser(folder);
    expect(run.findings).toHaveLength(1);
    expect(run.problems).toEqual([expect.objectContaining({ at: 'a.conf', code: 'unreadable-target' })]);
    expect(run.covered[0]?.at).toMatchObject({ except: ['a.conf'] });
  });

  test('an unreadable folder is a problem and not covered', () => {
    write('a/a.conf', `x_password = ${PASSWORD}`);
    write('b.conf', `x_password = ${PASSWORD}`);
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'a'), 0);
    const run = scanAsUser(folder);
    chmodSync(join(folder, 'a'), 0o700);
    expect(run.findings).toHaveLength(1);
    expect(run.problems).toEqual([expect.objectContaining({ at: 'a', code: 'unreadable-target' })]);
    expect(run.covered[0]?.at).toMatchObject({ except: ['a'] });
  });

  test('a file over maxFileMb is a problem and not covered', async () => {
    write('a.conf', `x_password = ${PASSWORD}\n${'x'.repeat(2_000)}`);
    const run = await scan({ maxFileMb: 0.001 });
    expect(run.findings).toEqual([]);
    expect(run.problems).toEqual([expect.objectContaining({ at: 'a.conf', code: 'too-large' })]);
    expect(run.covered[0]?.at).toMatchObject({ except: ['a.conf'] });
  });

  test('a path that does not exist is one clear error', async () => {
    await expect(scan({}, join(folder, 'missing'))).rejects.toMatchObject({ code: 'unreadable-target' });
  });

  test('a target of one file covers that file', async () => {
    write('a.conf', `x_password = ${PASSWORD}`);
    const run = await scan({}, join(folder, 'a.conf'));
    expect(places(run)).toEqual(['generic-password a.conf:1:14']);
    expect(run.covered.map((event) => event.at)).toEqual([{ kind: 'file', path: 'a.conf' }]);
  });

  test('a cancelled scan stops', async () => {
    for (let i = 0; i < 300; i++) write(`${i}.txt`, `${'text '.repeat(60_000)}`);
    const controller = new AbortController();
    const run = runTask(task, { target: folder, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(run).rejects.toThrow(/abort/i);
  });
});

describe('archives', () => {
  test('members are named by their path inside; what is wrong with them is a problem', async () => {
    const inner = gzip(tarOf([{ name: 'deep/app.conf', bytes: Buffer.from(`x_password = ${PASSWORD}`) }]));
    write(
      'app.jar',
      zipOf([
        { name: 'a.txt', bytes: Buffer.from(`one\n${TOKEN}`) },
        { name: 'inner.tgz', bytes: inner },
        { name: '../evil.txt', bytes: Buffer.from(TOKEN) },
      ]),
    );
    const run = await scan({ context: false });
    expect(places(run)).toEqual([
      'github-token app.jar!a.txt:2:1',
      'generic-password app.jar!inner.tgz!deep/app.conf:1:14',
    ]);
    expect(run.problems).toEqual([
      expect.objectContaining({ at: 'app.jar!../evil.txt', code: 'unsafe-member-name' }),
    ]);
    expect(output(run)).toMatchObject({ archives: 1, members: 2 });
    expect(run.covered[0]?.at).toMatchObject({ except: ['app.jar'] });
    expect((await scan({ archives: false })).problems).toEqual([]);
  });
});

describe('history', () => {
  const git = (...args: string[]) => {
    const who = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@shop.test',
      GIT_COMMITTER_NAME: 'c',
      GIT_COMMITTER_EMAIL: 'c@shop.test',
    };
    return execFileSync('git', ['-C', folder, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder, ...who },
    }).trim();
  };
  const commit = (message: string) => {
    git('add', '-A');
    git('commit', '-qm', message);
    return git('rev-parse', 'HEAD');
  };

  test('a secret that was removed is reported once, with the commit that brought it', async () => {
    git('init', '-q');
    write('a.conf', 'x = 1\n');
    write('still.conf', `x_password = ${PASSWORD}\n`);
    commit('start');
    write('a.conf', `x = 1\ny = ${TOKEN}\n`);
    const leak = commit('leak');
    write('a.conf', `x = 1\nz = 2\ny = ${TOKEN}\n`);
    commit('move it');
    write('a.conf', 'x = 1\n');
    commit('remove it');
    const run = await scan({ context: false });
    expect(places(run)).toEqual(['generic-password still.conf:1:14', 'github-token a.conf:2:5']);
    expect(run.findings[1]?.at).toMatchObject({ commit: leak });
    expect(output(run).history).toMatchObject({ commits: 4, complete: true, findings: 1 });
    expect(run.covered.map((event) => event.at.kind)).toEqual(['tree', 'history']);

    const now = await scan({ history: 'off' });
    expect(now.findings.some((finding) => finding.at.kind === 'file' && finding.at.commit)).toBe(false);
    const past = await scan({ history: 'only', context: false });
    expect(past.findings).toHaveLength(2);
    expect(past.covered.map((event) => event.at.kind)).toEqual(['history']);
  });

  test('a damaged history is a problem and not covered', async () => {
    git('init', '-q');
    write('a.conf', `x_password = ${PASSWORD}\n`);
    commit('start');
    const blob = git('rev-parse', 'HEAD:a.conf');
    const path = join(folder, '.git/objects', blob.slice(0, 2), blob.slice(2));
    chmodSync(path, 0o600);
    writeFileSync(path, 'damaged');
    const run = await scan();
    expect(run.problems.map((problem) => problem.code)).toEqual(['git-history']);
    expect(output(run).history?.complete).toBe(false);
    expect(run.covered.map((event) => event.at.kind)).toEqual(['tree']);
  });

  test('a shallow clone is read as far as it goes, and its history is not claimed to be covered', async () => {
    git('init', '-q');
    write('a.conf', `x_password = ${PASSWORD}\n`);
    commit('leak');
    write('a.conf', 'x = 1\n');
    commit('remove it');
    git('clone', '-q', '--depth', '1', `file://${folder}`, 'clone');
    const run = await scan({ context: false }, join(folder, 'clone'));
    expect(run.findings).toEqual([]);
    expect(run.problems).toEqual([]);
    expect(output(run).history).toMatchObject({ commits: 1, complete: false });
    expect(run.covered.map((event) => event.at.kind)).toEqual(['tree']);
  });

  test('no repository: nothing with auto, an error with only', async () => {
    write('a.conf', 'x');
    expect(output(await scan()).history).toBeNull();
    await expect(scan({ history: 'only' })).rejects.toMatchObject({ code: 'unreadable-target' });
  });

  test('the configuration of the repository is read as a file', async () => {
    git('init', '-q');
    appendFileSync(
      join(folder, '.git/config'),
      `[remote "origin"]\n\turl = https://ann:${TOKEN}@git.shop.test/a.git\n`,
    );
    expect(places(await scan({ context: false }))[0]).toMatch(/^github-token \.git\/config:/);
  });
});
