import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { TestServer } from '../servers/sentinelx.ts';

export interface Receipt {
  parsed: number;
  new: number;
  matched: number;
  reopened: number;
  closed: number;
  skipped: number;
}

export interface Import {
  run: string;
  status: string;
  format: string | null;
  tools: string[];
  asset: { id: string; name: string } | null;
  receipt: Receipt;
  notes?: string[];
  skips: { reason: string; count: number; examples: string[] }[];
  verdicts: { statements: number; changed: number } | null;
  problems: { at: string; code: string; message: string }[];
  error: { code: string; message: string } | null;
  merged: { count: number; examples: { finding: string; into: string }[] } | null;
  closings: { id: string; tool: string; status: string; closing: number }[];
  change: { id: string; status: string } | null;
  undone: number | null;
  undo: { removed: number; restored: number; kept: { reason: string; count: number }[] } | null;
}

/** Uploads a report, imports it, and waits for its receipt. */
export async function importReport(
  server: TestServer,
  content: string | Uint8Array,
  {
    name = 'report.json',
    type = 'application/json',
    query = {} as Record<string, string>,
    mapping = undefined as unknown,
  } = {},
): Promise<Import> {
  if (mapping !== undefined) {
    const file = await send(server, `/api/v1/files`, { content, name, type });
    const started = await server.call('/api/v1/imports', {
      body: { report: file.body.target, mapping, ...query },
    });
    expect(started.status, JSON.stringify(started.body)).toBe(202);
    return ended(server, started.body.run.id);
  }
  const parameters = new URLSearchParams(query).toString();
  const started = await send(server, `/api/v1/imports/upload?${parameters}`, { content, name, type });
  expect(started.status, JSON.stringify(started.body)).toBe(202);
  return ended(server, started.body.run.id);
}

export async function ended(server: TestServer, run: string): Promise<Import> {
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    const { body } = await server.call(`/api/v1/imports/${run}`);
    if (['done', 'partial', 'failed', 'cancelled', 'interrupted'].includes(body.status)) return body;
    await sleep(50);
  }
  throw new Error(`The import ${run} does not end.`);
}

/** Takes an import back and waits until that is done; its receipt then. */
export async function undone(server: TestServer, run: string): Promise<Import> {
  const begun = await server.call(`/api/v1/imports/${run}/undo`, { method: 'POST' });
  expect(begun.status, JSON.stringify(begun.body)).toBe(202);
  expect(begun.body).toMatchObject({ kind: 'import', run });
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const change = await server.call(`/api/v1/changes/${begun.body.id}`);
    if (change.body.status === 'undone') return (await server.call(`/api/v1/imports/${run}`)).body;
    await sleep(50);
  }
  throw new Error(`The undo of ${run} does not end.`);
}

export async function send(
  server: TestServer,
  path: string,
  { content, name, type }: { content: string | Uint8Array; name: string; type: string },
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
): Promise<{ status: number; body: any }> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(Buffer.from(content as Uint8Array))], { type }), name);
  const response = await fetch(`${server.base}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.ownerToken}` },
    body: form,
  });
  return { status: response.status, body: await response.json() };
}

export interface Result {
  rule: string;
  path: string;
  line?: number;
  message?: string;
  more?: Record<string, unknown>;
}

/** SARIF of one tool. */
export function sarif(
  results: readonly Result[],
  { tool = 'Example', run = {} as Record<string, unknown> } = {},
): string {
  return JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: tool } },
        results: results.map(({ rule, path, line = 1, message = `found ${rule}`, more = {} }) => ({
          ruleId: rule,
          message: { text: message },
          locations: [{ physicalLocation: { artifactLocation: { uri: path }, region: { startLine: line } } }],
          ...more,
        })),
        ...run,
      },
    ],
  });
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came
export async function findings(server: TestServer, q: string): Promise<any[]> {
  return (await server.call(`/api/v1/findings?limit=1000&q=${encodeURIComponent(q)}`)).body.items;
}
