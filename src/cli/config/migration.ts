import { dirname, resolve } from 'node:path';
import type { ConfigFile } from '../../config/file.ts';
import { maskUrl } from '../../config/mask.ts';
import { ConfigSchema } from '../../config/schema.ts';
import type { Environment } from '../../config.ts';
import { closest } from '../../lib/closest.ts';
import { fieldProblems } from '../../lib/field-problems.ts';
import { oldKey, oldNames } from './old-keys.ts';

const PATHS = ['dataDir', 'output.directory'];

interface Old {
  key: string;
  line: number;
}

export interface Migration {
  /** The new configuration. */
  config: Record<string, unknown>;
  /** Secrets for the store, by name; never printed. */
  secrets: Map<string, string>;
  taken: { from: Old; to: string }[];
  stored: { from: Old; name: string }[];
  leftOut: { from: Old; why: string }[];
  /** What keeps it from being done, with the line. */
  errors: string[];
}

/** What the old file means in the new one. Nothing is written here. */
export function planMigration(file: ConfigFile, env: Environment): Migration {
  const plan: Migration = { config: {}, secrets: new Map(), taken: [], stored: [], leftOut: [], errors: [] };
  for (const { key, value } of leaves(file.data)) {
    const from = { key, line: file.positions.get(key)?.line ?? 1 };
    const resolved = resolveEnv(value, env);
    if ('unset' in resolved)
      plan.errors.push(
        `${file.path}:${from.line}: ${key} names the variable ${resolved.unset}, which is not set.`,
      );
    else take(plan, from, resolved.value, file.path);
  }
  if (plan.secrets.has('openai') || getIn(plan.config, ['llm', 'model']) !== undefined)
    setIn(plan.config, ['llm', 'provider'], 'openai');
  plan.errors.push(...wrongValues(plan, file.path));
  return plan;
}

function take(plan: Migration, from: Old, value: unknown, file: string): void {
  const known = oldKey(from.key.toLowerCase());
  if (!known) {
    const near = closest(from.key.toLowerCase(), oldNames());
    plan.leftOut.push({ from, why: near ? `unknown; was ${near} meant?` : 'unknown' });
  } else if ('dropped' in known) plan.leftOut.push({ from, why: known.dropped });
  else if ('rpc' in known) takeRpc(plan, from, known.rpc, value);
  else if ('secret' in known) store(plan, from, known.secret, value, known.to);
  else
    put(
      plan,
      from,
      known.to,
      PATHS.includes(known.to) ? absolute(value, file) : (known.read?.(value) ?? value),
    );
}

/** The new file stands elsewhere: a relative path would mean another folder. */
function absolute(value: unknown, file: string): unknown {
  return typeof value !== 'string' || value === '' || value.startsWith('~')
    ? value
    : resolve(dirname(file), value);
}

/** An address with a key in it is a secret; others may be read by everybody. */
function takeRpc(plan: Migration, from: Old, chain: string, value: unknown): void {
  const name = chain.toLowerCase();
  if (
    typeof value === 'string' &&
    URL.canParse(value) &&
    maskUrl(value) !== value.replace(/\/$/, '') &&
    maskUrl(value) !== value
  )
    store(plan, from, `rpc.${name}`, value, `rpcUrls.${name}`);
  else put(plan, from, `rpcUrls.${name}`, value);
}

function store(plan: Migration, from: Old, name: string, value: unknown, to: string | undefined): void {
  if (value === null || value === '' || typeof value === 'object') {
    plan.leftOut.push({ from, why: 'it holds no value' });
    return;
  }
  if (plan.secrets.has(name))
    plan.leftOut.push({ from, why: `the secret ${name} comes from another key already` });
  else {
    plan.secrets.set(name, String(value));
    plan.stored.push({ from, name });
    if (to !== undefined) setIn(plan.config, to.split('.'), `secret:${name}`);
  }
}

function put(plan: Migration, from: Old, to: string, value: unknown): void {
  const before = getIn(plan.config, to.split('.'));
  if (value === null || value === '') plan.leftOut.push({ from, why: 'it holds no value' });
  else if (before !== undefined && before === value) plan.taken.push({ from, to });
  else if (before !== undefined) plan.leftOut.push({ from, why: `${to} comes from another key already` });
  else {
    setIn(plan.config, to.split('.'), value);
    plan.taken.push({ from, to });
  }
}

/** `ENV:NAME` is the value of that variable. */
function resolveEnv(value: unknown, env: Environment): { value: unknown } | { unset: string } {
  const name = typeof value === 'string' ? /^ENV:\s*([A-Za-z_]\w*)$/.exec(value.trim())?.[1] : undefined;
  if (name === undefined) return { value };
  const found = env[name];
  return found === undefined || found === '' ? { unset: name } : { value: found };
}

/** What the schema refuses, said about the old line. */
function wrongValues(plan: Migration, path: string): string[] {
  const input = { dataDir: '~', ...plan.config };
  const result = ConfigSchema.safeParse(input);
  if (result.success) return [];
  return fieldProblems(ConfigSchema, input, result.error.issues, { noun: 'key' }).map(
    ({ field, message, example }) => {
      const source = [...plan.taken].find(({ to }) => to === field || field.startsWith(`${to}.`))?.from;
      return `${path}:${source?.line ?? 1}: ${source?.key ?? field} ${message}${example === undefined ? '' : `, for example ${example}`}.`;
    },
  );
}

function leaves(data: Record<string, unknown>, prefix = ''): { key: string; value: unknown }[] {
  return Object.entries(data).flatMap(([name, value]) => {
    const key = prefix ? `${prefix}.${name}` : name;
    const group = typeof value === 'object' && value !== null && !Array.isArray(value);
    return group ? leaves(value as Record<string, unknown>, key) : [{ key, value }];
  });
}

function getIn(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part)
        ? (at as Record<string, unknown>)[part]
        : undefined,
    data,
  );
}

function setIn(data: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    data[first] = value;
    return;
  }
  if (!Object.hasOwn(data, first)) data[first] = {};
  setIn(data[first] as Record<string, unknown>, rest, value);
}
