import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

let sx: TestServer;
beforeEach(async () => {
  sx = await startTestServer();
  for (let index = 0; index < 4; index += 1)
    await sx.call('/api/v1/scope', { body: { kind: 'host', value: `h${index}.example.org` } });
  await sx.call('/api/v1/projects', { body: { slug: 'other', name: '{"1":null}' } });
});
afterEach(() => sx[Symbol.asyncDispose]());

const exported = async (query = '') => {
  const { body, headers } = await sx.call(`/api/v1/audit/export${query}`);
  // A lone line was read as JSON by the test server already.
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  return { text, name: headers.get('content-disposition') ?? '' };
};
const check = async (text: string, server = sx) => {
  const form = new FormData();
  form.append('file', new Blob([text], { type: 'application/x-ndjson' }), 'audit.jsonl');
  const response = await fetch(`${server.base}/api/v1/audit/verify-file`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.ownerToken}` },
    body: form,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
  return (await response.json()) as any;
};
const lines = (text: string) => text.trim().split('\n');
const joined = (list: readonly string[]) => `${list.join('\n')}\n`;

test('the whole log is whole, also when the log goes on', async () => {
  const { text, name } = await exported();
  expect(name).toContain('audit.jsonl');
  expect(await check(text)).toMatchObject({ state: 'whole', entries: 6, first: 1, last: 6, problems: [] });
  expect(await check(text)).toMatchObject({ state: 'whole', entries: 6, newest: 7 });
  expect(JSON.parse(lines(text).at(-1) ?? '')).toMatchObject({
    ...{ export: 'whole', filters: {}, entries: 6, first: 1, last: 6 },
    ...{ made: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});

test('a part says what it was asked for, is named after its period and verifies as a part', async () => {
  const since = '2020-01-31T00:00:00%2B02:00';
  const { text, name } = await exported(`?operation=scope.add&since=${since}&until=2999-12-31T23:59:59Z`);
  expect(name).toContain('audit-2020-01-31-to-2999-12-31-part.jsonl');
  const all = lines(text).map((line) => JSON.parse(line));
  expect(all.slice(0, -1).map(({ operation }) => operation)).toEqual(Array(4).fill('scope.add'));
  expect(all.at(-1)).toMatchObject({
    export: 'part',
    filters: { operation: 'scope.add', until: '2999-12-31T23:59:59Z' },
    entries: 4,
    verify: expect.stringContaining('audit verify-file'),
  });
  expect(await check(text)).toMatchObject({
    state: 'part',
    entries: 4,
    filters: { operation: 'scope.add' },
    problems: [],
  });
});

test('a part that holds nothing is still one of ours', async () => {
  expect(await check((await exported('?operation=nothing.such')).text)).toMatchObject({
    state: 'part',
    entries: 0,
    first: null,
    filters: { operation: 'nothing.such' },
  });
});

test('what was changed, taken out, added or moved is altered, with the line', async () => {
  const part = lines((await exported('?operation=scope.add')).text);
  const states = async (list: readonly string[]) => {
    const { state, problems } = await check(joined(list));
    return [state, problems.map(({ line }: { line: number }) => line)];
  };
  expect(await states(part)).toEqual(['part', []]);
  expect(await states(part.with(1, (part[1] ?? '').replace('h1.example', 'h9.example')))).toEqual([
    'altered',
    [2, 5],
  ]);
  expect(await states(part.toSpliced(2, 1))).toEqual(['altered', [4]]);
  expect(await states([...part.slice(0, 2), part[3] ?? '', part[2] ?? '', part[4] ?? ''])).toEqual([
    'altered',
    [4, 5],
  ]);
  expect(await states(part.with(4, (part[4] ?? '').replace('scope.add', 'scope.remove')))).toEqual([
    'altered',
    [5],
  ]);
  expect(await states([...part, part[0] ?? ''])).toEqual(['altered', [6, 6, 6]]);
  expect(await states(part.with(0, 'not json'))).toEqual(['altered', [1, 5]]);
  const whole = lines((await exported()).text);
  const moved = { ...JSON.parse(whole[2] ?? ''), actor: 'usr_else' };
  expect(await states(whole.with(2, JSON.stringify(moved)))).toEqual(['altered', [3, whole.length]]);
});

test('a line taken out of a full export, or its end, is a fault; without the last line nothing is shown to be whole', async () => {
  const part = lines((await exported('?operation=projects.create')).text);
  expect(await check(joined(part.slice(0, -1)))).toMatchObject({
    ...{ state: 'unsealed', entries: 1, filters: null },
  });
  const whole = lines((await exported()).text);
  expect(await check(joined(whole.toSpliced(1, 1)))).toMatchObject({
    state: 'altered',
    problems: expect.arrayContaining([
      { line: 2, problem: 'entry 2 is missing before it' },
      { line: whole.length - 1, problem: expect.stringContaining('lines were taken out') },
    ]),
  });
  // The end is cut, and the seal put behind what is left.
  expect((await check(joined(whole.toSpliced(-2, 1)))).state).toBe('altered');
  // Cut, or exported before full exports had a seal.
  for (const old of [whole.slice(0, 3), whole.slice(0, -1)])
    expect(await check(joined(old))).toMatchObject({ state: 'unsealed', problems: [] });
  expect(await check(joined(whole.slice(0, -1).toSpliced(1, 2)))).toMatchObject({
    state: 'unsealed',
    problems: [{ line: 2, problem: 'the entries 2 to 3 are missing before it' }],
  });
  // The seal of a part does not make a full export one, nor the other way round.
  const other = whole.with(-1, (whole.at(-1) ?? '').replace('"whole"', '"part"'));
  expect((await check(joined(other))).state).toBe('altered');
});

test('another file, and a log of another server, are unknown', async () => {
  expect(await check('hello\n')).toMatchObject({ state: 'unknown', entries: 0 });
  expect(await check('')).toMatchObject({ state: 'unknown', entries: 0 });
  const { text } = await exported('?operation=scope.add');
  await using other = await startTestServer();
  expect(await check(text, other)).toMatchObject({ state: 'unknown', filters: null });
});
