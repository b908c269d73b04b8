import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type ConfigFile, readConfigFile } from './config/file.ts';
import { type Config, type ConfigKey, ConfigSchema, configKeys } from './config/schema.ts';
import { secretName } from './config/secret-ref.ts';
import { closest } from './lib/closest.ts';
import { type FieldProblem, SentinelError } from './lib/errors.ts';
import { fieldProblems } from './lib/field-problems.ts';

export type { Config } from './config/schema.ts';

export type Origin =
  | { kind: 'default' }
  | { kind: 'file'; file: string; line: number; column: number }
  | { kind: 'env'; name: string }
  | { kind: 'flag'; name: string };

export interface LoadedConfig {
  /** Frozen, all the way down. */
  config: Config;
  /** The file that was read, or null; `expected` is where it would be. */
  file: string | null;
  expected: string;
  /** Where the value of each key comes from, by dotted name; entries of `rpcUrls` have their own. */
  origins: ReadonlyMap<string, Origin>;
  /** What is suspicious but no error: a variable SENTINELX_… that means nothing. */
  warnings: readonly string[];
}

export interface ConfigSources {
  /** `--config FILE`. */
  file?: string | undefined;
  /** Values of flags by dotted key: `{ port: '9000' }`. */
  flags?: Readonly<Record<string, string | number | boolean | undefined>>;
  env?: Environment;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The only place that reads the environment; what is not a key of the configuration (PATH, EDITOR, NO_COLOR) is passed down from here too. */
export function environment(): Environment {
  return process.env;
}

/** Defaults < file < environment < flags, parsed once. Throws `invalid-config` that names file, line and key. */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const env = sources.env ?? environment();
  const expected = configFilePath(sources.file, env);
  const file = readConfigFile(expected);
  if (!file && (sources.file ?? env.SENTINELX_CONFIG)) {
    throw new SentinelError(
      'invalid-config',
      `${expected} does not exist. 'sentinelx config init' makes one.`,
    );
  }
  const layers = new Layers(file);
  for (const key of configKeys()) {
    for (const name of [key.env, ...(USUAL_VARIABLES[key.key] ?? [])]) {
      const value = env[name];
      // What is usual elsewhere counts least: our own variable and the file come first.
      if (value === undefined || value === '' || (name !== key.env && layers.origins.has(key.key))) continue;
      layers.set(key, value, { kind: 'env', name });
      break;
    }
  }
  for (const key of configKeys()) {
    const value = sources.flags?.[key.key];
    if (value !== undefined) layers.set(key, value, { kind: 'flag', name: key.key });
  }
  if (layers.data.dataDir === undefined) layers.data.dataDir = defaultDataDir(env);
  const config = finish(layers);
  return {
    config,
    file: file?.path ?? null,
    expected,
    origins: layers.origins,
    warnings: strayVariables(env),
  };
}

/** The file that is read: `--config`, SENTINELX_CONFIG, else the usual place of this user. */
export function configFilePath(flag: string | undefined, env: Environment = environment()): string {
  const named = flag ?? (env.SENTINELX_CONFIG || undefined);
  if (named !== undefined) return resolve(expandHome(named));
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'sentinelx', 'config.yaml');
}

class Layers {
  readonly data: Record<string, unknown>;
  readonly origins = new Map<string, Origin>();

  constructor(file: ConfigFile | undefined) {
    this.data = withoutNulls(file?.data ?? {});
    for (const [key, position] of file?.positions ?? []) {
      this.origins.set(key, { kind: 'file', file: file?.path ?? '', ...position });
    }
    for (const key of [['dataDir'], ['output', 'directory']])
      this.resolvePath(key, dirname(file?.path ?? '.'));
  }

  set(key: ConfigKey, value: string | number | boolean, origin: Origin): void {
    let at = this.data;
    for (const part of key.path.slice(0, -1)) {
      if (typeof at[part] !== 'object' || at[part] === null) at[part] = {};
      at = at[part] as Record<string, unknown>;
    }
    at[key.path.at(-1) as string] = typeof value === 'string' ? readText(key, value) : value;
    for (const name of this.origins.keys()) if (name.startsWith(`${key.key}.`)) this.origins.delete(name);
    this.origins.set(key.key, origin);
    this.resolvePath(key.path, process.cwd());
  }

  /** A path in the file is relative to the file, elsewhere to the working folder; `~` is the home folder. */
  private resolvePath(path: readonly string[], base: string): void {
    if (path.join('.') !== 'dataDir' && path.join('.') !== 'output.directory') return;
    const parent = (path.length === 1 ? this.data : this.data[path[0] as string]) as
      | Record<string, unknown>
      | undefined;
    const name = path.at(-1) as string;
    const value = parent?.[name];
    if (typeof value !== 'string' || value === '') return;
    const expanded = expandHome(value);
    (parent as Record<string, unknown>)[name] = isAbsolute(expanded) ? expanded : resolve(base, expanded);
  }
}

/** Text of a variable or flag as the type of its key; what does not fit stays text and is refused by the schema. */
export function readText(key: Pick<ConfigKey, 'type'>, text: string): unknown {
  const value = text.trim();
  if (key.type === 'number') return /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : text;
  if (key.type === 'boolean') {
    if (/^(true|yes|on|1)$/i.test(value)) return true;
    return /^(false|no|off|0)$/i.test(value) ? false : text;
  }
  if (key.type === 'enum') return value.toLowerCase();
  if (key.type === 'array')
    return value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  if (key.type === 'array') return readList(value) ?? text;
  if (key.type === 'record') {
    // name=https://…,other=https://…
    const pairs = value.split(',').map((pair) => /^\s*([^=\s]+)\s*=\s*(\S+)\s*$/.exec(pair));
    return pairs.every((pair) => pair !== null)
      ? Object.fromEntries(pairs.map((pair) => [pair[1], pair[2]]))
      : text;
  }
  return value;
}

/** A JSON list, or entries separated by commas. */
function readList(value: string): unknown {
  if (!value.startsWith('[')) return value.split(',').map((entry) => entry.trim());
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function finish(layers: Layers): Config {
  const result = ConfigSchema.safeParse(layers.data);
  const open = openSecrets(layers);
  if (result.success && open.length === 0) return deepFreeze(result.data);
  const wrong = result.success
    ? []
    : fieldProblems(ConfigSchema, layers.data, result.error.issues, { noun: 'key' });
  const fields = [...wrong, ...open.filter((one) => !wrong.some((other) => other.field === one.field))];
  const lines = fields
    .map((field) => ({
      line: lineOf(field, layers.origins),
      text: `${place(field, layers.origins)}${describeField(field)}`,
    }))
    .sort((a, b) => a.line - b.line)
    .map((entry) => entry.text);
  throw new SentinelError('invalid-config', lines.join('\n'), { fields });
}

/** A file and a list of processes name a secret and never hold it. */
function openSecrets(layers: Layers): FieldProblem[] {
  return configKeys().flatMap((key) => {
    const origin = layers.origins.get(key.key);
    if (!key.meta.secret || (origin?.kind !== 'file' && origin?.kind !== 'flag')) return [];
    const value = key.path.reduce<unknown>(
      (at, part) => (at as Record<string, unknown> | undefined)?.[part],
      layers.data,
    );
    if (key.meta.onlyEnv) return [{ field: key.key, message: `is taken from the variable ${key.env} only` }];
    if (typeof value !== 'string' || secretName(value) !== undefined) return [];
    return [
      {
        field: key.key,
        message: 'expects the name of a stored secret, not the secret itself',
        example: 'secret:NAME',
      },
    ];
  });
}

function place(problem: FieldProblem, origins: ReadonlyMap<string, Origin>): string {
  const origin = originOf(problem.field, origins);
  if (origin?.kind === 'file') return `${origin.file}:${origin.line}:${origin.column}: `;
  if (origin?.kind === 'env') return `${origin.name}: `;
  return origin?.kind === 'flag' ? `--${origin.name}: ` : '';
}

function lineOf(problem: FieldProblem, origins: ReadonlyMap<string, Origin>): number {
  const origin = originOf(problem.field, origins);
  return origin?.kind === 'file' ? origin.line : Number.POSITIVE_INFINITY;
}

/** Where the value of a key came from; a part of a value comes from where the whole does. */
export function originOf(key: string, origins: ReadonlyMap<string, Origin>): Origin | undefined {
  const parts = key.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const origin = origins.get(parts.slice(0, length).join('.'));
    if (origin) return origin;
  }
  return undefined;
}

function describeField({ field, message, example }: FieldProblem): string {
  const text = `${field}: ${message}${example === undefined ? '' : `, for example ${example}`}`;
  return /[.?]$/.test(text) ? text : `${text}.`;
}

/** A key without a value in the file means: not set. */
function withoutNulls(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isRecord(value) ? withoutNulls(value) : value]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names that every program on a machine listens to. */
const USUAL_VARIABLES: Record<string, readonly string[]> = {
  'net.proxy': ['HTTP_PROXY', 'http_proxy'],
  'net.httpsProxy': ['HTTPS_PROXY', 'https_proxy'],
  'net.noProxy': ['NO_PROXY', 'no_proxy'],
};

/** Variables of other parts (the tests, the container) that are no keys. */
const OTHER_VARIABLES = [
  'SENTINELX_CONFIG',
  'SENTINELX_LAUNCHED',
  'SENTINELX_RUN',
  'SENTINELX_SERVER',
  'SENTINELX_TOKEN',
];

function strayVariables(env: Environment): string[] {
  const known = [...configKeys().map((key) => key.env), ...OTHER_VARIABLES];
  return Object.keys(env)
    .filter((name) => name.startsWith('SENTINELX_') && !known.includes(name))
    .map((name) => {
      const near = closest(name, known);
      return `The variable ${name} means nothing.${near ? ` Did you mean ${near}?` : ''}`;
    });
}

function defaultDataDir(env: Environment): string {
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'sentinelx');
}

function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}
