import { describe, expect, test } from 'vitest';
import eslint from './eslint/index.ts';
import grype from './grype/index.ts';
import type { Importer } from './importer.ts';
import kics from './kics/index.ts';
import { createRoots } from './roots.ts';
import sarif from './sarif/index.ts';
import semgrep from './semgrep/index.ts';
import { importReport } from './test-kit.ts';

test('a file has the same path whoever looked at it', () => {
  for (const path of [
    'src/a.ts',
    '/github/workspace/src/a.ts',
    '/home/runner/work/shop/shop/src/a.ts',
    '/__w/shop/shop/src/a.ts',
    'D:\\a\\shop\\shop\\src\\a.ts',
    '/home/vsts/work/1/s/src/a.ts',
    '/builds/team/shop/src/a.ts',
    '/var/lib/jenkins/workspace/shop/src/a.ts',
    '/src/src/a.ts',
    '/app/src/a.ts',
  ])
    expect(createRoots().relative(path)).toBe('src/a.ts');
});

test('the root that the import names is the only one, and the receipt says so', () => {
  const roots = createRoots('/builds/');
  expect(roots.relative('/builds/team/shop/src/a.ts')).toBe('team/shop/src/a.ts');
  expect(roots.relative('/github/workspace/src/a.ts')).toBe('github/workspace/src/a.ts');
  expect(roots.relative('/buildserver/a.ts')).toBe('buildserver/a.ts');
  expect(roots.notes()).toEqual(['Paths are relative to /builds, as the import names it.']);
  const none = createRoots('/elsewhere');
  none.relative('/builds/team/shop/src/a.ts');
  expect(none.notes()).toEqual([
    'No path in the report is below /elsewhere, the root that the import names.',
  ]);
});

test('what is below no known root is told', () => {
  const roots = createRoots();
  expect(roots.relative('/srv/job-17/src/a.ts')).toBe('srv/job-17/src/a.ts');
  expect(roots.notes()).toEqual([expect.stringContaining('/srv/job-17/src/a.ts')]);
  expect(roots.notes()[0]).toContain('--root');
});

/** Paths of its findings and of what it covers, and what the receipt says of roots. */
async function read(importer: Importer, report: unknown, root?: string) {
  const { findings, covered, events } = await importReport(
    importer,
    { text: JSON.stringify(report) },
    root === undefined ? {} : { root },
  );
  return {
    paths: findings.map(({ at }) => ('path' in at ? at.path : 'manifest' in at ? at.manifest : '')),
    prints: findings.map(({ toolPrints }) => toolPrints),
    covered: covered.map(({ at }) => ('path' in at ? at.path : at.kind)),
    notes: events.flatMap((event) => (event.type === 'note' ? [event.text] : [])),
  };
}

function run(uris: (string | { uri: string; uriBaseId?: string })[], more: Record<string, unknown>) {
  const results = uris.map((one) => ({
    ruleId: 'r',
    message: { text: 'm' },
    partialFingerprints: { primaryLocationLineHash: '0123456789abcdef:1' },
    locations: [
      {
        physicalLocation: {
          artifactLocation: typeof one === 'string' ? { uri: one } : one,
          region: { startLine: 1 },
        },
      },
    ],
  }));
  return { version: '2.1.0', runs: [{ tool: { driver: { name: 'Example' } }, results, ...more }] };
}

describe('SARIF', () => {
  test('from two folders of a CI system, absolute and with a base, is the same', async () => {
    const job = (number: number) => {
      const folder = `file:///srv/job-${number}/shop`;
      return run([`${folder}/src/a.ts`, { uri: 'src/b.ts', uriBaseId: '%SRCROOT%' }], {
        originalUriBaseIds: { '%SRCROOT%': { uri: `${folder}/` } },
        artifacts: [{ location: { uri: `${folder}/src/c.ts` }, roles: ['analysisTarget'] }],
      });
    };
    const first = await read(sarif, job(17));
    expect(first.paths).toEqual(['src/a.ts', 'src/b.ts']);
    expect(first.covered).toEqual(['src/c.ts']);
    expect(first.notes).toEqual([
      'Paths are relative to /srv/job-17/shop, as originalUriBaseIds of the report says.',
    ]);
    const { notes: _, ...second } = await read(sarif, job(18));
    expect(first).toMatchObject(second);
  });

  test('a base below the folder of the version control is a folder, not the root', async () => {
    const { paths, notes } = await read(
      sarif,
      run([{ uri: 'a.ts', uriBaseId: 'API' }, 'file:///srv/x/shop/services/web/b.ts', { uri: 'c.ts' }], {
        originalUriBaseIds: {
          API: { uri: 'services/api/', uriBaseId: 'HERE' },
          HERE: { uri: 'file:///srv/x/shop/' },
          WEB: { uri: 'file:///srv/x/shop/services/web/' },
        },
        versionControlProvenance: [
          { repositoryUri: 'https://example.org/module', mappedTo: { uri: 'lib/module', uriBaseId: 'HERE' } },
          { repositoryUri: 'https://example.org/shop', mappedTo: { uriBaseId: 'HERE' } },
        ],
      }),
    );
    expect(paths).toEqual(['services/api/a.ts', 'services/web/b.ts', 'c.ts']);
    expect(notes).toEqual([
      'Paths are relative to /srv/x/shop, as versionControlProvenance of the report says.',
    ]);
  });

  test('a working directory cuts absolute paths; what is outside of it is told', async () => {
    const { paths, notes } = await read(
      sarif,
      run(['file:///srv/x/shop/a.ts', 'file:///opt/lib/b.ts'], {
        invocations: [{ executionSuccessful: true, workingDirectory: { uri: 'file:///srv/x/shop' } }],
      }),
    );
    expect(paths).toEqual(['a.ts', 'opt/lib/b.ts']);
    expect(notes).toHaveLength(2);
  });

  test('a named root counts before what the report says', async () => {
    const report = run(['file:///srv/x/shop/a.ts', { uri: 'b.ts', uriBaseId: 'SRCROOT' }], {
      originalUriBaseIds: { SRCROOT: { uri: 'file:///srv/x/shop' } },
    });
    expect((await read(sarif, report, '/srv/x')).paths).toEqual(['shop/a.ts', 'shop/b.ts']);
    // A base outside of it stays a root of its own.
    expect((await read(sarif, report, '/opt')).paths).toEqual(['srv/x/shop/a.ts', 'b.ts']);
  });

  test('fingerprints of two folders are the same', async () => {
    const of = (folder: string) => run([`file://${folder}/src/a.ts`], {});
    const [a, b] = [await read(sarif, of('/builds/team/shop')), await read(sarif, of('/github/workspace'))];
    expect(a?.prints).toEqual(b?.prints);
    const named = await read(sarif, of('/srv/job-1'), '/srv/job-1');
    expect(named.prints).toEqual(a?.prints);
  });
});

describe('native reports', () => {
  const message = { ruleId: 'no-eval', severity: 2, message: 'No.', line: 1, column: 1 };
  const linted = (...paths: string[]) => paths.map((filePath) => ({ filePath, messages: [message] }));

  test('ESLint: the folder of its configuration, if everything is below it', async () => {
    const { paths, covered, notes } = await read(
      eslint,
      linted(
        '/srv/job-1/shop/src/a.js',
        '/srv/job-1/shop/eslint.config.mjs',
        '/srv/job-1/shop/web/eslint.config.js',
      ),
    );
    expect(paths).toEqual(['src/a.js', 'eslint.config.mjs', 'web/eslint.config.js']);
    expect(covered).toEqual(paths);
    expect(notes).toEqual(['Paths are relative to /srv/job-1/shop, where its eslint.config stands.']);
  });

  test('ESLint: a prefix that is only common is no root', async () => {
    for (const report of [
      linted('/srv/job-1/shop/src/a.js', '/srv/job-1/shop/src/b.js'),
      linted('/srv/job-1/shop/src/a.js', '/srv/job-1/shop/web/eslint.config.js'),
    ])
      expect((await read(eslint, report)).paths[0]).toBe('srv/job-1/shop/src/a.js');
    expect((await read(eslint, linted('/srv/job-1/shop/src/a.js'), '/srv/job-1/shop')).paths).toEqual([
      'src/a.js',
    ]);
  });

  test('Semgrep: findings and files that were scanned, below the named root', async () => {
    const result = {
      check_id: 'r',
      path: '/srv/1/a.py',
      start: { line: 1 },
      end: { line: 1 },
      extra: { message: 'm' },
    };
    const report = { results: [result], errors: [], paths: { scanned: ['/srv/1/a.py', '/srv/1/b.py'] } };
    const { paths, covered } = await read(semgrep, report, '/srv/1/');
    expect(paths).toEqual(['a.py']);
    expect(covered).toEqual(['a.py', 'b.py']);
  });

  test('KICS: its own rules, which it names among the paths, say nothing about the root', async () => {
    const query = { query_name: 'q', query_id: 'q', files: [{ file_name: 'docker/Dockerfile', line: 1 }] };
    const report = { kics_version: '2', queries: [query], paths: ['/app/bin/assets/queries', 'docker'] };
    const { covered, notes } = await read(kics, report);
    expect(covered).toEqual(['bin/assets/queries', 'docker']);
    expect(notes).toEqual([]);
  });

  test('Grype: a manifest stands in the folder that was scanned, wherever the checkout is', async () => {
    const of = (userInput: string) => ({
      matches: [
        {
          vulnerability: { id: 'CVE-2018-3721', severity: 'Low' },
          artifact: {
            name: 'lodash',
            version: '1',
            type: 'npm',
            locations: [{ path: '/package-lock.json' }],
          },
        },
      ],
      source: { type: 'directory', target: userInput },
    });
    const place = async (folder: string) => {
      const { paths, covered } = await read(grype, of(folder));
      return [paths[0], covered[0]];
    };
    expect(await place('web')).toEqual(['web/package-lock.json', 'web']);
    expect(await place('.')).toEqual(['package-lock.json', '']);
    expect(await place('/builds/team/shop/web')).toEqual(['web/package-lock.json', 'web']);
    expect(await place('/builds/team/shop')).toEqual(['package-lock.json', '']);
    expect(await place('/srv/job-1')).toEqual(['package-lock.json', '']);
  });
});
