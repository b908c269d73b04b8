import { expect, test } from 'vitest';
import { headOf, importReport } from '../test-kit.ts';
import sarif from './index.ts';

type Json = Record<string, unknown>;

function log(...runs: Json[]): string {
  return JSON.stringify({ version: '2.1.0', $schema: 'https://json.schemastore.org/sarif-2.1.0.json', runs });
}

function run(results: unknown[], more: Json = {}, driver: Json = {}): Json {
  return { tool: { driver: { name: 'Example Tool', ...driver } }, results, ...more };
}

function at(uri: string, more: Json = {}, startLine = 7): Json {
  return { physicalLocation: { artifactLocation: { uri, ...more }, region: { startLine } } };
}

async function pathOf(uri: string, more: Json = {}, runMore: Json = {}) {
  const { findings } = await importReport(sarif, {
    text: log(run([{ ruleId: 'r', message: { text: 'm' }, locations: [at(uri, more)] }], runMore)),
  });
  return findings[0]?.at;
}

test('is recognised by its schema, its version or its shape', async () => {
  const sure = async (text: string, name = 'x.json') => sarif.recognise(await headOf({ text, name }));
  expect(await sure(log(run([])))).toBe(1);
  expect(await sure('{"version":"2.1.0","runs":[{"results":[]}]}')).toBeGreaterThan(0.9);
  expect(await sure('{"results":[]}')).toBe(0);
  expect(await sure('<runs/>')).toBe(0);
});

test('rules by index, by id, by a part of the id and in an extension; a wrong index gives no wrong words', async () => {
  const driver = {
    rules: [
      { id: 'CA1000', shortDescription: { text: 'One' } },
      { id: 'CA2000', name: 'TwoThings' },
    ],
  };
  const tool = {
    driver: { name: 'Example Tool', ...driver },
    extensions: [{ name: 'pack', guid: 'g', rules: [{ id: 'EXT', shortDescription: { text: 'Extended' } }] }],
  };
  const result = (more: Json) => ({ message: { text: 'm' }, locations: [at('a.ts')], ...more });
  const { findings, rules } = await importReport(sarif, {
    text: log({
      tool,
      results: [
        result({ ruleIndex: 1 }),
        result({ ruleId: 'CA1000/1' }),
        result({ ruleId: 'OTHER', ruleIndex: 0 }),
        result({ rule: { index: 0, toolComponent: { index: 0 } } }),
        result({ rule: { id: 'EXT', toolComponent: { guid: 'g' } } }),
        result({}),
      ],
    }),
  });
  expect(findings.map((one) => one.rule)).toEqual(['CA2000', 'CA1000/1', 'OTHER', 'EXT', 'EXT', 'unnamed']);
  const title = (id: string) => rules.find((rule) => rule.id === id)?.text.title;
  expect(title('CA2000')).toBe('Two things');
  expect(title('CA1000/1')).toBe('One');
  expect(title('OTHER')).toBe('OTHER');
  expect(title('EXT')).toBe('Extended');
});

test('rules and results may stand in any order, and several tools in one file', async () => {
  const text = `{"runs":[
    {"results":[{"ruleId":"a","message":{"id":"said","arguments":["x"]}}],"tool":{"driver":{"name":"Semgrep OSS","rules":[{"id":"a","messageStrings":{"said":{"text":"Value {0} is bad"}}}]}}},
    {"tool":{"driver":{"name":"ESLint"}},"results":[{"ruleId":"b","message":{"text":"see [here](1)"}}]}
  ],"version":"2.1.0"}`;
  const { findings, covered } = await importReport(sarif, { text });
  expect(findings.map(({ tool, rule, message }) => [tool, rule, message])).toEqual([
    ['semgrep', 'a', 'Value x is bad'],
    ['eslint', 'b', 'see here'],
  ]);
  expect(covered.map(({ tool, at }) => [tool, at.kind])).toEqual([
    ['semgrep', 'everything'],
    ['eslint', 'everything'],
  ]);
});

test('severity: a score before a word before the level; CWE from tags, taxa and relations', async () => {
  const rules = [
    { id: 'scored', properties: { 'security-severity': '9.1', tags: ['external/cwe/cwe-079', 'security'] } },
    { id: 'worded', properties: { severity: 'CRITICAL' } },
    { id: 'levelled', defaultConfiguration: { level: 'note' } },
    { id: 'related', relationships: [{ target: { id: '89', toolComponent: { name: 'CWE' } } }] },
  ];
  const result = (ruleId: string, more: Json = {}) => ({ ruleId, message: { text: 'm' }, ...more });
  const {
    findings,
    rules: texts,
    problems,
  } = await importReport(sarif, {
    text: log(
      run(
        [
          result('scored', { level: 'note' }),
          result('worded'),
          result('levelled'),
          result('levelled', { level: 'error' }),
          result('related', { taxa: [{ id: 'CWE-22' }] }),
          result('levelled', { properties: { 'security-severity': 'eleven' } }),
        ],
        {},
        { rules },
      ),
    ),
  });
  const severities = findings.map(
    (one) => one.severity ?? texts.find((text) => text.id === one.rule)?.text.severity,
  );
  expect(severities).toEqual(['critical', 'critical', 'low', 'high', 'medium', 'low']);
  expect(texts.find((text) => text.id === 'scored')?.text).toMatchObject({ cwe: [79], tags: ['security'] });
  expect(texts.find((text) => text.id === 'related')?.text.cwe).toEqual([89]);
  expect(findings[4]?.about).toEqual([{ kind: 'cwe', value: '22' }]);
  expect(problems.map((one) => one.at)).toEqual(['runs.0.results.5']);
});

test('what is no finding is skipped with its reason', async () => {
  const result = (more: Json) => ({ ruleId: 'r', message: { text: 'm' }, ...more });
  const { findings, skipped } = await importReport(sarif, {
    text: log(
      run([
        result({ kind: 'pass' }),
        result({ kind: 'notApplicable' }),
        result({ kind: 'informational' }),
        result({ baselineState: 'absent' }),
        result({ suppressions: [{ kind: 'inSource' }] }),
        result({ suppressions: [{ kind: 'external', status: 'accepted', justification: 'known' }] }),
        result({ suppressions: [{ kind: 'external', status: 'rejected' }] }),
        result({ suppressions: [] }),
        result({ kind: 'review', baselineState: 'unchanged' }),
      ]),
    ),
  });
  expect(skipped.map((one) => one.reason)).toEqual([
    'a check that passed',
    'a check that does not apply',
    'an information, no failure',
    'absent: the report says that it is gone since its baseline',
    'suppressed in the source code',
    'suppressed in the tool',
  ]);
  expect(findings.map((one) => one.confidence)).toEqual([undefined, undefined, 'low']);
});

test('the very same result twice is one; two on a line whose columns are not told are two', async () => {
  const at = (region: Json) => ({
    ruleId: 'r',
    message: { text: 'm' },
    locations: [{ physicalLocation: { artifactLocation: { uri: 'a.ts' }, region } }],
  });
  const exact = at({ startLine: 7, startColumn: 3 });
  const { findings, skipped } = await importReport(sarif, {
    text: log(run([exact, at({ startLine: 9 }), exact, at({ startLine: 9 })])),
  });
  expect(findings).toHaveLength(3);
  expect(skipped.map((one) => one.reason)).toEqual(['the same result stands in the report before']);
});

test('paths: relative, absolute below a known root, with bases, in archives, and places that are no files', async () => {
  const file = (path: string) => ({ kind: 'file', path, region: { startLine: 7 } });
  expect(await pathOf('./src//a%20b.ts')).toEqual(file('src/a b.ts'));
  expect(await pathOf('src\\win\\a.ts')).toEqual(file('src/win/a.ts'));
  expect(await pathOf('../../etc/passwd')).toEqual(file('etc/passwd'));
  expect(await pathOf('file:///home/ci/app/src/a.ts')).toEqual(file('home/ci/app/src/a.ts'));
  const bases = {
    originalUriBaseIds: {
      ROOT: { uri: 'file:///home/ci/app/' },
      TESTS: { uri: 'tests/', uriBaseId: 'ROOT' },
      LOOP: { uri: 'x/', uriBaseId: 'LOOP' },
    },
  };
  expect(await pathOf('file:///home/ci/app/src/a.ts', {}, bases)).toEqual(file('src/a.ts'));
  expect(await pathOf('/home/ci/app/src/a.ts', {}, bases)).toEqual(file('src/a.ts'));
  expect(await pathOf('a.ts', { uriBaseId: 'TESTS' }, bases)).toEqual(file('tests/a.ts'));
  expect(await pathOf('a.ts', { uriBaseId: 'UNKNOWN' }, bases)).toEqual(file('a.ts'));
  expect(await pathOf('a.ts', { uriBaseId: 'LOOP' }, bases)).toMatchObject({ kind: 'file' });
  const windows = {
    invocations: [{ workingDirectory: { uri: 'file:///C:/build' }, executionSuccessful: true }],
  };
  expect(await pathOf('file:///C:/build/src/a.ts', {}, windows)).toEqual(file('src/a.ts'));
  expect(await pathOf('lib/app.jar!/com/A.class')).toEqual({
    kind: 'file',
    path: 'lib/app.jar',
    inside: 'com/A.class',
    region: { startLine: 7 },
  });
  const artifacts = {
    artifacts: [{ location: { uri: 'image.tar' } }, { location: { uri: 'etc/shadow' }, parentIndex: 0 }],
  };
  const { findings } = await importReport(sarif, {
    text: log(
      run(
        [
          {
            ruleId: 'r',
            message: { text: 'm' },
            locations: [{ physicalLocation: { artifactLocation: { index: 1 } } }],
          },
        ],
        artifacts,
      ),
    ),
  });
  expect(findings[0]?.at).toEqual({ kind: 'file', path: 'image.tar', inside: 'etc/shadow' });
  expect(await pathOf('https://example.org/login?x=1')).toEqual({
    kind: 'http',
    url: 'https://example.org/login?x=1',
  });
  expect(await pathOf('pkg:npm/lodash@4.17.20')).toEqual({ kind: 'package', purl: 'pkg:npm/lodash@4.17.20' });
  const logical = await importReport(sarif, {
    text: log(
      run([
        {
          ruleId: 'r',
          message: { text: 'm' },
          locations: [{ logicalLocations: [{ fullyQualifiedName: 'aws_s3_bucket.logs', kind: 'resource' }] }],
        },
        { ruleId: 'r', message: { text: 'm' } },
      ]),
    ),
  });
  expect(logical.findings.map((one) => one.at)).toEqual([
    { kind: 'resource', address: 'aws_s3_bucket.logs' },
    { kind: 'resource', address: 'the whole target' },
  ]);
});

test('fingerprints, flows, related places, code, advisories', async () => {
  const place = at('src/a.ts', {}, 3) as { physicalLocation: Json };
  place.physicalLocation.contextRegion = { startLine: 2, snippet: { text: 'one\ntwo\nthree\n' } };
  const { findings } = await importReport(sarif, {
    text: log(
      run([
        {
          ruleId: 'CVE-2021-44228-log4j',
          message: { text: 'm' },
          locations: [place, at('src/b.ts')],
          relatedLocations: [at('src/c.ts')],
          partialFingerprints: {
            primaryLocationLineHash: '39fa2ee980eb94b0:1',
            commitSha: '0123456789abcdef0123456789abcdef01234567',
            author: 'somebody@example.org',
          },
          fingerprints: { 'matchBasedId/v1': 'requires login', 'own/v2': 'a1b2c3d4e5f6' },
          codeFlows: [
            {
              threadFlows: [
                {
                  locations: [
                    { location: { ...at('src/x.ts', {}, 1), message: { text: 'comes in' } } },
                    { location: at('src/a.ts', {}, 3) },
                  ],
                },
              ],
            },
          ],
          properties: { purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1' },
        },
      ]),
    ),
  });
  const [finding] = findings;
  expect(finding).toMatchObject({
    excerpt: { firstLine: 2, lines: ['one', 'two', 'three'] },
    related: [{ path: 'src/b.ts' }, { path: 'src/c.ts' }],
    flow: [
      { at: { path: 'src/x.ts' }, note: 'comes in' },
      { at: { path: 'src/a.ts' }, note: '' },
    ],
    about: [
      { kind: 'cve', value: 'CVE-2021-44228' },
      { kind: 'purl', value: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1' },
    ],
  });
  expect(finding?.toolPrints).toEqual([
    { name: 'own/v2', value: 'CVE-2021-44228-log4j|a1b2c3d4e5f6' },
    { name: 'primaryLocationLineHash', value: 'CVE-2021-44228-log4j|src/a.ts!|39fa2ee980eb94b0:1' },
  ]);
});

test('a secret in the code of a secret scanner is named as one', async () => {
  const result = {
    ruleId: 'aws-access-token',
    message: { text: 'm' },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: '.env' },
          region: { startLine: 1, snippet: { text: 'AKIAEXAMPLEEXAMPLE' } },
        },
      },
    ],
  };
  const of = async (name: string) =>
    (await importReport(sarif, { text: log(run([result], {}, { name })) })).findings[0];
  expect((await of('gitleaks'))?.secrets).toEqual(['AKIAEXAMPLEEXAMPLE']);
  expect((await of('Semgrep OSS'))?.secrets).toBeUndefined();
});

test('closes what it has looked at: everything, its targets, or its own rules; nothing when it failed or is damaged', async () => {
  const covered = async (more: Json, driver: Json = {}, options = {}) =>
    (await importReport(sarif, { text: log(run([], more, driver)) }, options)).covered;
  expect(await covered({})).toEqual([{ type: 'covered', at: { kind: 'everything' }, tool: 'example-tool' }]);
  expect(
    await covered({
      artifacts: [
        { location: { uri: 'a.ts' }, roles: ['analysisTarget'] },
        { location: { uri: 'b.ts' }, roles: ['resultFile'] },
      ],
    }),
  ).toMatchObject([{ at: { kind: 'file', path: 'a.ts' } }]);
  expect(
    await covered({ automationDetails: { id: '/language:js/' } }, { rules: [{ id: 'js/x' }] }),
  ).toMatchObject([{ at: { kind: 'everything' }, rules: ['js/x'] }]);
  expect(await covered({ invocations: [{ executionSuccessful: false }] })).toEqual([]);
  expect(
    await covered({
      invocations: [
        {
          executionSuccessful: true,
          toolExecutionNotifications: [{ level: 'error', message: { text: 'could not parse' } }],
        },
      ],
    }),
  ).toEqual([]);
  const cut = await importReport(sarif, {
    text: log(run([{ ruleId: 'r', message: { text: 'm' } }])).slice(0, -3),
  });
  expect(cut.findings).toHaveLength(1);
  expect(cut.covered).toEqual([]);
  expect(cut.problems).toHaveLength(1);
  const bad = await importReport(sarif, { text: log(run([17, { ruleId: 'r', message: { text: 'm' } }])) });
  expect(bad.findings).toHaveLength(1);
  expect(bad.covered).toEqual([]);
});

test('another version is told, odd types cost nothing', async () => {
  const old = await importReport(sarif, {
    text: '{"version":"1.0.0","runs":[{"results":[{"ruleId":"a"}]}]}',
  });
  expect(old.findings).toEqual([]);
  expect(old.problems[0]?.message).toContain('SARIF 1.0.0 is not read');
  const odd = await importReport(sarif, {
    text: log({
      tool: {
        driver: { name: 7, rules: [{ id: '' }, { id: 'r', properties: 'none', shortDescription: [] }] },
      },
      originalUriBaseIds: [1],
      artifacts: ['x'],
      invocations: [null],
      results: [
        {
          ruleId: 'r',
          message: null,
          locations: [{ physicalLocation: { artifactLocation: { uri: 'a.ts' }, region: { startLine: -4 } } }],
          partialFingerprints: [],
          codeFlows: 'x',
          suppressions: {},
        },
      ],
    }),
  });
  expect(odd.findings).toMatchObject([
    { rule: 'r', tool: 'unknown-tool', at: { kind: 'file', path: 'a.ts' } },
  ]);
});

test('the repository of the report is its asset', async () => {
  const { asset } = await importReport(sarif, {
    text: log(run([], { versionControlProvenance: [{ repositoryUri: 'https://github.com/acme/shop.git' }] })),
  });
  expect(asset).toBe('https://github.com/acme/shop.git');
});
