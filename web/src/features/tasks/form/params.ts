import type { Params } from '../../../api/types.ts';

export function getAt(params: Params, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), params);
}

/** A copy with `value` at `path`; `undefined` removes the parameter, so that its default holds. */
export function setAt(params: Params, path: string, value: unknown): Params {
  const [key = '', ...rest] = path.split('.');
  const copy: Params = { ...params };
  const inner = isObject(copy[key]) ? copy[key] : {};
  const next = rest.length === 0 ? value : emptyToUndefined(setAt(inner, rest.join('.'), value));
  if (next === undefined) delete copy[key];
  else copy[key] = next;
  return copy;
}

function emptyToUndefined(params: Params): Params | undefined {
  return Object.keys(params).length > 0 ? params : undefined;
}

export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The run as one shell command: single quotes hold everything but themselves. */
export function asCommand(task: string, params: Params): string {
  return `sentinelx run ${task} -p ${quoted(JSON.stringify(params))}`;
}

export function asCurl(origin: string, task: string, params: Params): string {
  return [
    `curl -X POST ${quoted(`${origin}/api/v1/tasks/${encodeURIComponent(task)}/run`)}`,
    `  -H "Authorization: Bearer $SENTINELX_TOKEN"`,
    `  -H 'Content-Type: application/json'`,
    `  -d ${quoted(JSON.stringify({ params }))}`,
  ].join(' \\\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
