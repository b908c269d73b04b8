import { OPERATIONS } from '../../operations/all.ts';
import { type AnyOperation, addressOf } from '../../operations/operation.ts';
import { type Field, operationEntries } from '../operation-commands/entry.ts';
import { plural, print } from '../print.ts';
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { type Client, openClient } from './client.ts';
import type { AddressOptions } from './start.ts';
import { testStream } from './test-stream.ts';
import { throwAwayProject } from './throw-away-project.ts';

export interface TestRow {
  method: string;
  path: string;
  status: number | null;
  ms: number | null;
  verdict: 'ok' | 'failed' | 'skipped';
  note: string;
}

/** An example task that needs no target and ends at once. */
const TASK = 'cvss';
const PARAMS = { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };

export async function testCommand(options: AddressOptions & { write?: boolean }): Promise<void> {
  const client = openClient(options);
  const rows: TestRow[] = [];
  for (const [path, anonymous] of [
    ['/api/v1/health', true],
    ['/auth/session', true],
    ['/', true],
    ['/metrics', false],
    ['/api/v1/openapi.json', false],
  ] as const)
    rows.push(await attempt(client, 'GET', path, { anonymous }, [200]));
  rows.push({
    ...(await attempt(client, 'GET', '/api/v1/runs', { anonymous: true }, [401])),
    note: 'without credentials',
  });
  rows.push(await testStream(client));
  const ids = await knownIds(client);
  for (const operation of (OPERATIONS as readonly AnyOperation[]).filter(isSafe))
    rows.push(await testSafe(client, operation, ids));
  rows.push(...(options.write ? await testWrites(client, options) : skippedWrites()));
  const failed = rows.filter((row) => row.verdict === 'failed');
  if (failed.length > 0) process.exitCode = 1;
  print(rows, options, (terminal) => rowsText(terminal, rows));
}

/** A project without a policy has none to show. */
const MAY_BE_MISSING = new Set(['policy.get', 'policy.download']);

/** It changes nothing, not even the audit log: reading, and checking parameters. */
function isSafe(operation: AnyOperation): boolean {
  return !operation.audited && (operation.method === 'GET' || operation.id === 'tasks.check');
}

async function testSafe(
  client: Client,
  operation: AnyOperation,
  ids: Record<string, string | undefined>,
): Promise<TestRow> {
  const template = addressOf(operation.path);
  const missing: string[] = [];
  const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const key = name === 'id' || name === 'name' ? (operation.path.split('/')[1] ?? name) : name;
    const id = ids[key];
    if (id === undefined) missing.push(key);
    return encodeURIComponent(id ?? '');
  });
  const query = new URLSearchParams();
  for (const field of requiredQuery(operation)) {
    if (field.example === undefined) missing.push(field.name);
    else query.set(field.name, field.example);
  }
  const reason = operation.path.startsWith('/account')
    ? 'is about an account of a person'
    : missing.length > 0
      ? `there are no ${missing.join(', ')} yet`
      : undefined;
  if (reason !== undefined)
    return {
      method: operation.method,
      path: template,
      status: null,
      ms: null,
      verdict: 'skipped',
      note: reason,
    };
  const body = operation.method === 'GET' ? {} : { body: { params: PARAMS } };
  return {
    ...(await attempt(client, operation.method, query.size > 0 ? `${path}?${query}` : path, body, [
      operation.status ?? 200,
      ...(MAY_BE_MISSING.has(operation.id) ? [404] : []),
    ])),
    path: template,
  };
}

/** What must be asked for, with the example of its declaration. */
function requiredQuery(operation: AnyOperation): Field[] {
  const entry = operationEntries().find((one) => one.operation === operation.id);
  return (entry?.fields ?? []).filter((field) => field.in === 'query' && field.required);
}

async function attempt(
  client: Client,
  method: string,
  path: string,
  options: Parameters<Client['ask']>[2],
  expected: readonly number[],
): Promise<TestRow> {
  const { status, ms } = await client.ask(method, path, options);
  const ok = expected.includes(status);
  return {
    method,
    path,
    status,
    ms: Math.round(ms),
    verdict: ok ? 'ok' : 'failed',
    note: ok ? '' : `expected ${expected.join(' or ')}`,
  };
}

async function knownIds(client: Client): Promise<Record<string, string | undefined>> {
  const first = async (path: string) =>
    (await client.ask('GET', path)).body as { items?: { id: string }[] } | undefined;
  return {
    task: TASK,
    projects: 'default',
    users: (await first('/api/v1/users?limit=1'))?.items?.[0]?.id,
    runs: (await first('/api/v1/runs?limit=1'))?.items?.[0]?.id,
    findings: (await first('/api/v1/findings?limit=1'))?.items?.[0]?.id,
  };
}

/** Starts, cancels and repeats a run, adds and removes a scope entry: in a project that is removed afterwards. */
async function testWrites(client: Client, options: AddressOptions): Promise<TestRow[]> {
  await using project = await throwAwayProject(options);
  const rows: TestRow[] = [];
  const step = async (
    method: string,
    template: string,
    id: string,
    body: unknown,
    expected: readonly number[],
  ) => {
    const path = template.replace(/\{\w+\}/, encodeURIComponent(id));
    const answer = await client.ask(method, path, {
      project: project.id,
      ...(body === undefined ? {} : { body }),
    });
    const ok = expected.includes(answer.status);
    rows.push({
      method,
      path: template,
      status: answer.status,
      ms: Math.round(answer.ms),
      verdict: ok ? 'ok' : 'failed',
      note: ok ? '' : `expected ${expected.join(' or ')}`,
    });
    return answer.body as { id?: string; run?: { id: string } } | undefined;
  };
  const started = await step('POST', '/api/v1/tasks/{task}/run', TASK, { params: PARAMS }, [202]);
  const run = started?.run?.id ?? 'none';
  await step('POST', '/api/v1/runs/{id}/cancel', run, undefined, [200, 409]);
  const again = await step('POST', '/api/v1/runs/{id}/rerun', run, undefined, [202]);
  const entry = await step(
    'POST',
    '/api/v1/scope',
    '',
    { kind: 'host', value: 'sentinelx-test.invalid' },
    [201],
  );
  await step('DELETE', '/api/v1/scope/{id}', entry?.id ?? 'none', undefined, [204]);
  for (const id of [run, again?.run?.id]) if (id !== undefined) await project.whenEnded(id);
  return rows;
}

function skippedWrites(): TestRow[] {
  return (OPERATIONS as readonly AnyOperation[])
    .filter((operation) => !isSafe(operation))
    .map((operation) => ({
      method: operation.method,
      path: addressOf(operation.path),
      status: null,
      ms: null,
      verdict: 'skipped' as const,
      note: 'changes something: --write',
    }));
}

function rowsText(terminal: Terminal, rows: readonly TestRow[]): string {
  const { c } = terminal;
  const paints = { ok: c.green, failed: c.red, skipped: c.dim };
  const text = table(
    terminal,
    [
      { title: 'METHOD' },
      { title: 'PATH', min: 20, cut: 'middle', paint: c.bold },
      { title: 'STATUS', align: 'right' },
      { title: 'MS', align: 'right' },
      { title: 'VERDICT', paint: (cell, row) => paints[rows[row]?.verdict ?? 'ok'](cell) },
      { title: '', min: 10, paint: c.dim },
    ],
    rows.map((row) => [
      row.method,
      row.path,
      String(row.status ?? '–'),
      String(row.ms ?? '–'),
      row.verdict,
      row.note,
    ]),
  );
  const count = (verdict: TestRow['verdict']) => rows.filter((row) => row.verdict === verdict).length;
  const failed = count('failed');
  const summary = `${plural(count('ok'), 'endpoint')} ok, ${failed > 0 ? c.red(`${failed} failed`) : 'none failed'}, ${count('skipped')} skipped`;
  return `${text}\n\n${summary}`;
}
