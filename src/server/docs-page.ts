import { OPERATIONS } from '../operations/all.ts';
import { openApiDocument } from '../operations/openapi.ts';
import { type AnyOperation, addressOf } from '../operations/operation.ts';

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  default?: unknown;
  description?: string;
  const?: unknown;
}
interface Entry {
  parameters: { name: string; in: string; required: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

/** The API for people, made from the declarations: one page without any script, so that every policy lets it through. */
export function docsPage(version: string, origin: string, nonce: string): string {
  const document = openApiDocument(version) as { paths: Record<string, Record<string, Entry>> };
  const groups = Map.groupBy(
    OPERATIONS as readonly AnyOperation[],
    (operation) => operation.id.split('.')[0] ?? '',
  );
  const sections = [...groups].map(([name, list]) => {
    const entries = list.map((operation) =>
      operationHtml(
        operation,
        document.paths[addressOf(operation.path)]?.[operation.method.toLowerCase()],
        origin,
      ),
    );
    return `<section aria-labelledby="g-${name}"><h2 id="g-${name}">${html(name)}</h2>${entries.join('')}</section>`;
  });
  const nav = [...groups.keys()].map((name) => `<li><a href="#g-${name}">${html(name)}</a></li>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>SentinelX API</title><style nonce="${nonce}">${STYLE}</style></head><body>
<header><h1>SentinelX API</h1><p>Version ${html(version)}. The same as <a href="/api/v1/openapi.json">OpenAPI 3.1</a> (sign in first).
Send <code>Authorization: Bearer TOKEN</code> (<code>sentinelx token create</code>), and <code>X-SentinelX-Project</code> for a project other than the usual one.
Lists answer <code>{ items, nextCursor }</code>; errors are problem JSON (RFC 9457) with a <code>code</code>.
Creations take <code>Idempotency-Key</code>, edits <code>If-Match</code>. Live: <code>WS /ws/execution</code>, or <code>curl -N ${html(origin)}/api/v1/stream?subscribe=run:ID</code>.</p>
<nav aria-label="Resources"><ul>${nav}</ul></nav></header><main>${sections.join('')}</main></body></html>`;
}

function operationHtml(operation: AnyOperation, entry: Entry | undefined, origin: string): string {
  if (!entry) return '';
  const path = addressOf(operation.path);
  const body = entry.requestBody?.content['application/json']?.schema;
  const answer = Object.entries(entry.responses).find(([status]) => status !== 'default');
  const shape = answer?.[1].content?.['application/json']?.schema;
  const facts = [
    `permission <code>${html(operation.permission)}</code>`,
    `command <code>sentinelx ${html(operation.cli)}</code>`,
    operation.audited ? 'audited' : '',
    operation.sensitive ? 'needs a fresh proof of identity in the browser' : '',
  ].filter(Boolean);
  return `<details id="${html(operation.id)}"><summary><b class="m ${operation.method}">${operation.method}</b> <code>${html(path)}</code> <span>${html(operation.summary)}</span></summary>
<p>${facts.join(' · ')}</p>${parameterTable(entry)}${body ? `<h4>Body</h4><pre>${html(shapeOf(body))}</pre>` : ''}
<h4>Answer ${html(answer?.[0] ?? '')}</h4>${shape ? `<pre>${html(shapeOf(shape))}</pre>` : `<p>${operation.download ? 'bytes' : 'no content'}</p>`}
<h4>Example</h4><pre>${html(example(operation, path, origin, body))}</pre></details>`;
}

function parameterTable(entry: Entry): string {
  if (entry.parameters.length === 0) return '';
  const rows = entry.parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${html(name)}</code></td><td>${place}${required ? ', required' : ''}</td><td><code>${html(shapeOf(schema))}</code></td><td>${html(schema.description ?? '')}</td></tr>`,
  );
  return `<table><thead><tr><th>Parameter</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** A schema the way one writes a type: short, and complete to the depth that helps. */
function shapeOf(schema: Schema, depth = 0): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => shapeOf(one, depth)).join(' | ');
  if (schema.type === 'array') return `${wrapped(shapeOf(schema.items ?? {}, depth))}[]`;
  if (!schema.properties)
    return Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
  if (depth > 3) return '{ … }';
  const pad = '  '.repeat(depth + 1);
  const lines = Object.entries(schema.properties).map(([name, value]) => {
    const mark = schema.required?.includes(name) ? '' : '?';
    const note = value.description ? `  // ${value.description}` : '';
    return `${pad}${name}${mark}: ${shapeOf(value, depth + 1)}${note}`;
  });
  return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`;
}

function wrapped(text: string): string {
  return text.includes(' | ') ? `(${text})` : text;
}

function example(operation: AnyOperation, path: string, origin: string, body: Schema | undefined): string {
  const method = operation.method === 'GET' ? '' : ` -X ${operation.method}`;
  const data = operation.upload
    ? ' -F file=@FILE'
    : body && (body.required ?? []).length > 0
      ? ` -H 'Content-Type: application/json' -d '{${(body.required ?? []).map((name) => `"${name}": …`).join(', ')}}'`
      : '';
  return `curl${method} -H "Authorization: Bearer $TOKEN"${data} ${origin}${path}`;
}

function html(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `:root{color-scheme:light dark;--line:light-dark(#d4d7dd,#3a3f4a);--soft:light-dark(#f4f5f7,#1b1e25);--dim:light-dark(#4c5361,#a9b1bf)}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1.5rem;background:light-dark(#fff,#12141a);color:light-dark(#16181d,#e8eaee)}
code,pre{font:13px/1.5 ui-monospace,monospace}pre{background:var(--soft);padding:.75rem;border-radius:6px;overflow-x:auto}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;list-style:none}h2{margin:2rem 0 .5rem}
details{border-top:1px solid var(--line);padding:.4rem 0}summary{cursor:pointer;overflow-wrap:anywhere}summary span{color:var(--dim)}
.m{display:inline-block;min-width:4.2em}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--line)}
a{color:light-dark(#0b57d0,#8ab4f8)}`;
