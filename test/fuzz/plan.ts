import fc from 'fast-check';
import { EXTRA_FIELDS, ODD_TEXTS, ODD_VALUES, POLLUTION } from './odd.ts';
import { pick, type Schema, validValues } from './schema.ts';

/** An operation as openapi.json describes it. */
export interface Described {
  id: string;
  method: string;
  path: string;
  access: string;
  parameters: { name: string; in: 'path' | 'query'; required: boolean; schema: Schema }[];
  body: Schema | undefined;
  upload: boolean;
  /** Status → content type → schema. */
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

export const CALLERS = ['owner', 'session', 'token', 'weak', 'nobody', 'wrong'] as const;

/** One request, complete but for the ids that only the instance knows. */
export interface Plan {
  kind: string;
  caller: (typeof CALLERS)[number];
  method: string;
  /** The parts of the path between slashes; a text is sent percent-encoded. */
  path: unknown[];
  /** Sent instead of `path`, as it is. */
  rawPath?: string;
  query: [string, unknown][];
  rawQuery?: string;
  headers: Record<string, string>;
  body?: unknown;
  /** Sent instead of `body`, as it is. */
  raw?: string | Uint8Array;
  type?: string | undefined;
}

export function plansFor(operation: Described, seed: number, count: number): Plan[] {
  return fc.sample(fc.oneof(validPlans(operation), brokenPlans(operation)), { seed, numRuns: count });
}

function validPlans(operation: Described): fc.Arbitrary<Plan> {
  const of = (place: string) => operation.parameters.filter((parameter) => parameter.in === place);
  const parts = operation.path.split('/').slice(1);
  const path = parts.map((part, index) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return fc.constant(part);
    const schema = of('path').find((parameter) => parameter.name === name)?.schema ?? { type: 'string' };
    // `{id}` and `{name}` are of what stands before it.
    const means = name === 'id' || name === 'name' ? (parts[index - 1] ?? '').replace(/s$/, '') : name;
    return fc.oneof(
      { weight: 2, arbitrary: pick(means) },
      { weight: 1, arbitrary: validValues(schema, means) },
    );
  });
  const query = fc.record(
    Object.fromEntries(of('query').map(({ name, schema }) => [name, validValues(schema, name)])),
    { requiredKeys: of('query').flatMap(({ name, required }) => (required ? [name] : [])) },
  );
  const body = operation.body ? validValues(operation.body, 'body') : fc.constant(undefined);
  return fc
    .record({
      path: fc.tuple(...path),
      query,
      body,
      caller: callerFor(operation),
      content: fc.uint8Array({ maxLength: 400 }),
    })
    .map(({ path, query, body, caller, content }) => ({
      kind: 'valid',
      caller,
      method: operation.method,
      path,
      query: Object.entries(query),
      headers: {},
      ...(operation.upload
        ? multipart([{ field: 'file', name: 'report.txt', content }])
        : { body, type: body === undefined ? undefined : 'application/json' }),
    }));
}

function callerFor({ access }: Described): fc.Arbitrary<Plan['caller']> {
  const known = access === 'self' ? (['session', 'token'] as const) : (['owner', 'session'] as const);
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...CALLERS) },
  );
}

function brokenPlans(operation: Described): fc.Arbitrary<Plan> {
  const names = Object.keys(MUTATIONS);
  return fc
    .tuple(validPlans(operation), fc.constantFrom(...names), fc.nat(1_000_000))
    .map(([plan, name, n]) => ({ ...(MUTATIONS[name]?.(plan, n) ?? plan), kind: name }));
}

type Mutation = (plan: Plan, n: number) => Plan;

function at<T>(list: readonly T[], n: number): T {
  return list[n % list.length] as T;
}

function withBody(plan: Plan, body: unknown): Plan {
  return { ...plan, body, type: 'application/json' };
}

function withRaw(plan: Plan, raw: string | Uint8Array, type: string | undefined = 'application/json'): Plan {
  return { ...plan, raw, type };
}

function fieldsOf(plan: Plan): Record<string, unknown> {
  return typeof plan.body === 'object' && plan.body !== null ? { ...(plan.body as object) } : {};
}

/** Each makes one thing wrong (or only strange) in a plan that was right. */
const MUTATIONS: Record<string, Mutation> = {
  'a field of another kind': (plan, n) => {
    const fields = fieldsOf(plan);
    const name = at([...Object.keys(fields), 'name'], n);
    return withBody(plan, { ...fields, [name]: at(ODD_VALUES, Math.floor(n / 7)) });
  },
  'an odd text in a field': (plan, n) => {
    const fields = fieldsOf(plan);
    const name = at([...Object.keys(fields), 'name'], n);
    return withBody(plan, { ...fields, [name]: at(ODD_TEXTS, Math.floor(n / 7)) });
  },
  'odd texts in all fields': (plan, n) =>
    withBody(
      plan,
      Object.fromEntries(Object.keys(fieldsOf(plan)).map((name, index) => [name, at(ODD_TEXTS, n + index)])),
    ),
  'a field less': (plan, n) => {
    const fields = fieldsOf(plan);
    delete fields[at([...Object.keys(fields), ''], n)];
    return withBody(plan, fields);
  },
  'fields more': (plan) => withBody(plan, { ...fieldsOf(plan), ...EXTRA_FIELDS }),
  'no object': (plan, n) => withBody(plan, at(ODD_VALUES, n)),
  'a very long text': (plan, n) => {
    const fields = fieldsOf(plan);
    return withBody(plan, {
      ...fields,
      [at([...Object.keys(fields), 'x'], n)]: 'x'.repeat(20_000 + (n % 80_000)),
    });
  },
  'very many fields': (plan) =>
    withBody(plan, Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, index]))),
  'more than is taken': (plan, n) =>
    n % 10 === 0
      ? withRaw(plan, `{"x":"${'y'.repeat(1_100_000)}"}`)
      : withBody(plan, { x: 'y'.repeat(9000) }),
  'deeply nested': (plan, n) => {
    const depth = 1000 + (n % 40_000);
    const name = at([...Object.keys(fieldsOf(plan)), 'params', 'a'], n);
    return withRaw(plan, `{"${name}":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  },
  'deeply nested objects': (plan, n) => {
    const depth = 1000 + (n % 20_000);
    return withRaw(plan, `{"params":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`);
  },
  'changes prototypes': (plan, n) => withRaw(plan, at(POLLUTION, n)),
  'cut JSON': (plan, n) => {
    const text = JSON.stringify(plan.body ?? { name: 'x' });
    return withRaw(plan, text.slice(0, n % text.length));
  },
  'no JSON': (plan, n) =>
    withRaw(
      plan,
      at<string | Uint8Array>(
        [
          '',
          ' ',
          'null',
          '0',
          '"x"',
          '[]',
          '{',
          '}',
          '{"a":1}{"b":2}',
          '\ufeff{}',
          "{'a':1}",
          'undefined',
          '{"a":NaN}',
          '{"name":"a","name":"b"}',
          Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d),
          new Uint8Array(2000),
        ],
        n,
      ),
    ),
  'another content type': (plan, n) =>
    withRaw(
      plan,
      at([JSON.stringify(plan.body ?? {}), 'name=a&role=admin', '<a/>'], n),
      at(
        [
          undefined,
          '',
          'text/plain',
          'application/xml',
          'application/x-www-form-urlencoded',
          'multipart/form-data',
          'multipart/form-data; boundary=x',
          'application/json; charset=utf-16',
          'application/jsonx',
          'json',
          '*/*',
          'application/json, text/plain',
          `text/${'x'.repeat(4000)}`,
          'APPLICATION/JSON',
          'application/problem+json',
        ],
        Math.floor(n / 3),
      ),
    ),
  'packed content': (plan, n) => ({
    ...withRaw(plan, at([JSON.stringify(plan.body ?? {}), 'not packed'], n)),
    headers: { 'content-encoding': at(['gzip', 'br', 'deflate', 'x'], n) },
  }),
  'another method': (plan, n) => ({
    ...plan,
    method: at(
      [
        'GET',
        'POST',
        'PUT',
        'PATCH',
        'DELETE',
        'OPTIONS',
        'HEAD',
        'TRACE',
        'PROPFIND',
        'SEARCH',
        'M-SEARCH',
        'LOCK',
      ],
      n,
    ),
  }),
  'another method in a header': (plan, n) => ({
    ...plan,
    headers: {
      [at(['x-http-method-override', 'x-http-method', 'x-method-override'], n)]: at(
        ['DELETE', 'PUT', 'TRACE'],
        n,
      ),
    },
  }),
  'an odd part of the path': (plan, n) => {
    const last = plan.path.length - 1;
    const place = 2 + (n % Math.max(1, last - 1));
    return {
      ...plan,
      path: plan.path.map((part, index) =>
        index === Math.min(place, last) ? at(ODD_TEXTS, Math.floor(n / 5)) : part,
      ),
    };
  },
  'an odd path': (plan, n) => ({
    ...plan,
    rawPath: at(
      [
        '/api/v1/../../etc/passwd',
        '/api/v1/%2e%2e/%2e%2e/etc/passwd',
        '//etc/passwd',
        '/..%2f..%2fpackage.json',
        '/%2e%2e%5cpackage.json',
        '/assets/..%2f..%2f..%2fpackage.json',
        '/api/v1/runs/%',
        '/api/v1/runs/%zz',
        '/api/v1/runs/%c0%af',
        '/api/v1/runs/%00',
        `/api/v1/runs/${'a'.repeat(3000)}`,
        '/api/v1//runs',
        '/api/v1/runs/',
        '/API/V1/RUNS',
        '/api/v1/runs;x=1',
        '/api/v1/runs%3fx=1',
        '/api/v1/runs%23',
        '/api/v1/./runs',
        '/auth/..;/api/v1/users',
        '/api/v1/health/../users',
        '/api/v1/health%2f..%2fusers',
        '/.git/config',
        '/metrics/',
        'http://other.example/api/v1/runs',
        '*',
        '/index.html',
        '/api/docs/',
        '/ws/execution',
        '/api/v1/constructor',
        '/__proto__',
      ],
      n,
    ),
  }),
  'odd parameters': (plan, n) => {
    const names = plan.query.map(([name]) => name);
    return {
      ...plan,
      query: [
        ...plan.query,
        [
          at([...names, 'limit', 'cursor', 'q', 'sort', 'after', 'project', '__proto__'], n),
          at(ODD_TEXTS, Math.floor(n / 7)),
        ],
      ],
    };
  },
  'raw parameters': (plan, n) => ({
    ...plan,
    rawQuery: at(
      [
        'limit=1&limit=2',
        'limit[]=1',
        'limit[a]=1',
        'cursor=%',
        'cursor=%zz',
        'q=%ff',
        'q=%00',
        'limit=',
        'limit=1e3',
        'limit=0x10',
        'limit=999999999999999999999',
        'limit=-1',
        '&&&',
        '=',
        '=x',
        '__proto__[x]=1',
        '__proto__=1',
        'constructor[prototype][x]=1',
        `q=${'x'.repeat(7000)}`,
        `${Array.from({ length: 800 }, (_, i) => `a${i}=1`).join('&')}`,
        'q=((((((((((',
        'q=severity:high%20severity',
        'sort=nonsense',
        '?',
        'a;b',
      ],
      n,
    ),
  }),
  'a wrong cursor': (plan, n) => ({
    ...plan,
    query: [
      ...plan.query.filter(([name]) => name !== 'cursor' && name !== 'after'),
      [at(['cursor', 'after'], n), at([...CURSORS, ...ODD_TEXTS], Math.floor(n / 2))],
    ],
  }),
  'odd Idempotency-Key': (plan, n) => ({
    ...plan,
    headers: { 'idempotency-key': headerText(at(ODD_TEXTS, n)) },
  }),
  'an Idempotency-Key again': (plan, n) => ({ ...plan, headers: { 'idempotency-key': `key-${n % 5}` } }),
  'If-Match': (plan, n) => ({
    ...plan,
    headers: { 'if-match': at(['*', '""', 'W/"x"', '"a", "b"', 'x', headerText(at(ODD_TEXTS, n))], n) },
  }),
  'conditions and ranges': (plan, n) => ({
    ...plan,
    headers: {
      'if-none-match': at(['*', '"x"', headerText(at(ODD_TEXTS, n))], n),
      range: at(
        [
          'bytes=0-',
          'bytes=-1',
          'bytes=5-2',
          'bytes=99999999999999999999-',
          'bytes=0-0,2-3',
          'lines=1-2',
          'bytes=-',
          'bytes=-0',
        ],
        Math.floor(n / 3),
      ),
    },
  }),
  'another project': (plan, n) => ({
    ...plan,
    headers: {
      'x-sentinelx-project': at(['other', 'default', '*', 'none', headerText(at(ODD_TEXTS, n))], n),
    },
  }),
  'odd credentials': (plan, n) => ({
    ...plan,
    caller: 'nobody',
    headers: at(
      [
        { authorization: 'Bearer' },
        { authorization: 'Bearer ' },
        { authorization: `Bearer ${'x'.repeat(9000)}` },
        { authorization: 'Basic YTpi' },
        { authorization: 'Bearer a b' },
        { authorization: `Bearer ${headerText(at(ODD_TEXTS, n)) || 'x'}` },
        { cookie: 'sentinelx_session=' },
        { cookie: 'sentinelx_session=x; sentinelx_session=y' },
        { cookie: `sentinelx_session=${'x'.repeat(9000)}` },
        { cookie: 'sentinelx_session=%00%ff; __proto__=x; =; ;;;' },
        { cookie: Array.from({ length: 300 }, (_, index) => `c${index}=1`).join('; ') },
      ] as Record<string, string>[],
      n,
    ),
  }),
  'odd headers': (plan, n) => ({
    ...plan,
    headers: at(
      [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { host: 'evil.example' },
        { host: '' },
        { 'x-forwarded-host': 'evil.example' },
        { 'x-forwarded-proto': 'https, http' },
        { 'x-forwarded-for': 'x, y, <script>' },
        { 'x-forwarded-for': '1.1.1.1, '.repeat(300) },
        { 'user-agent': headerText(at(ODD_TEXTS, n)) },
        { 'user-agent': '\xfc\xff%0d%0aX: y' },
        { accept: 'text/html' },
        { accept: headerText(at(ODD_TEXTS, n)) },
        { 'last-event-id': headerText(at(ODD_TEXTS, n)) },
        { 'x-request-id': headerText(at(ODD_TEXTS, n)) },
        { 'x-large': 'x'.repeat(12_000) },
        { connection: 'upgrade', upgrade: 'nonsense' },
        { te: 'trailers' },
        { expect: 'something' },
      ] as Record<string, string>[],
      n,
    ),
  }),
  'an odd upload': (plan, n) => ({
    ...plan,
    ...at(
      [
        () => multipart([]),
        () => multipart([{ field: 'other', name: 'a.txt', content: Uint8Array.of(1) }]),
        () =>
          multipart([
            { field: 'file', name: at(ODD_TEXTS, Math.floor(n / 6)), content: Uint8Array.of(1, 2, 3) },
          ]),
        () =>
          multipart([{ field: 'file', name: 'a.zip', content: Uint8Array.of(0x50, 0x4b, 3, 4, 0xff, 0xff) }]),
        () =>
          multipart(
            Array.from({ length: 20 }, () => ({ field: 'file', name: 'b', content: Uint8Array.of(1) })),
          ),
        () => {
          const whole = multipart([{ field: 'file', name: 'c', content: new Uint8Array(3000) }]);
          return { ...whole, raw: whole.raw.subarray(0, n % whole.raw.length) };
        },
      ],
      n,
    )(),
  }),
};

/** Cursors of other lists, of other shapes, and of none. */
const CURSORS = [
  ['x'],
  [1],
  [null],
  [],
  ['severity', 1e308, ''],
  ['severity', -1, 'fnd_x'],
  ['last-seen', 0, 'x'],
  [{}],
  ['\0'],
  ['\ud800'],
  ['a'.repeat(100)],
  [[[[]]]],
].map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'));

/** What a header can carry; the rest is tried on raw sockets in test/security. */
function headerText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '~').slice(0, 6000);
}

function multipart(files: { field: string; name: string; content: Uint8Array }[]): {
  raw: Uint8Array;
  type: string;
} {
  const boundary = 'fuzz-boundary-7f3a';
  const parts = files.flatMap(({ field, name, content }) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    content,
    Buffer.from('\r\n'),
  ]);
  return {
    raw: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}
