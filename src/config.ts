import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { closest } from './lib/closest.ts';
import { SentinelError, systemCode } from './lib/errors.ts';

const Limits = z.object({
  memoryMb: z.int().min(128).default(1024),
  timeSeconds: z.int().min(1).default(3600),
  findings: z.int().min(1).default(1_000_000),
  logLines: z.int().min(1).default(100_000),
  concurrentRuns: z.int().min(1).max(64).default(availableParallelism()),
});
const NetSettings = z.object({
  userAgent: z.string().min(1).default('SentinelX (authorised assessment)'),
  proxy: z.string().optional(),
  timeoutSeconds: z.int().min(1).default(10),
  retries: z.int().min(0).default(2),
  ratePerSecond: z.number().positive().default(5),
});

export const Config = z.object({
  dataDir: z.string().min(1),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65535).default(8000),
  publicUrl: z.url().optional(),
  databaseUrl: z.string().optional(),
  redisUrl: z.string().optional(),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('warn'),
  allowPlainHttp: z.boolean().default(false),
  output: z.object({ format: z.enum(['table', 'json', 'yaml']).default('table'), directory: z.string().optional() }).prefault({}),
  limits: Limits.prefault({}),
  net: NetSettings.prefault({}),
  rpcUrls: z.record(z.string(), z.string()).default({}),
  llm: z.object({ provider: z.string().optional(), model: z.string().optional(), baseUrl: z.string().optional(), apiKey: z.string().optional() }).prefault({}),
});
export type Config = z.output<typeof Config>;

export interface LoadedConfig {
  values: Config;
  /** Where each value comes from: `default`, `FILE:LINE`, `env NAME` or `flag`. */
  origins: Record<string, string>;
  /** The file that was read, or would be. */
  file: string;
}

const ENVIRONMENT: Record<string, string> = {
  SENTINELX_DATA_DIR: 'dataDir',
  SENTINELX_HOST: 'host',
  SENTINELX_PORT: 'port',
  SENTINELX_PUBLIC_URL: 'publicUrl',
  SENTINELX_DATABASE_URL: 'databaseUrl',
  SENTINELX_REDIS_URL: 'redisUrl',
  SENTINELX_LOG_LEVEL: 'logLevel',
};
const NUMBERS = new Set(['port']);
const SECRET = /apiKey|password|token|secret/i;

type Values = Record<string, unknown>;

/** Defaults < file < environment < flags; parsed once and frozen. The only reader of the environment. */
export function loadConfig(options: { file?: string | undefined; flags?: Values; env?: NodeJS.ProcessEnv } = {}): LoadedConfig {
  const env = options.env ?? process.env;
  const named = options.file ?? env.SENTINELX_CONFIG;
  const file = resolve(named ?? join(env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'sentinelx', 'config.yaml'));
  if (named !== undefined && !existsSync(file)) throw new SentinelError('invalid-config', `The configuration file ${file} does not exist.`);
  const origins: Record<string, string> = {};
  const fromFile = existsSync(file) ? readFile(file, origins) : {};
  const values: Values = { dataDir: join(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'sentinelx'), ...fromFile };
  for (const [name, key] of Object.entries(ENVIRONMENT)) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    values[key] = NUMBERS.has(key) && /^\d+$/.test(text) ? Number(text) : text;
    origins[key] = `env ${name}`;
  }
  for (const [key, value] of Object.entries(options.flags ?? {})) {
    if (value === undefined) continue;
    values[key] = value;
    origins[key] = 'flag';
  }
  const result = Config.safeParse(values);
  if (!result.success) {
    const issue = result.error.issues[0];
    const key = issue?.path.join('.') ?? '';
    throw new SentinelError('invalid-config', `${originOf(origins, key)}: ${key}: ${issue?.message ?? 'wrong value'}.`);
  }
  result.data.dataDir = resolve(result.data.dataDir);
  return { values: Object.freeze(result.data), origins, file };
}

/** Every value as `key`, text and origin; secrets and credentials in addresses are masked. */
export function describeConfig({ values, origins }: LoadedConfig): { key: string; value: string; origin: string }[] {
  return flatten(values as unknown as Values).map(([key, value]) => ({
    key,
    value: SECRET.test(key) && value !== '' ? '(set)' : String(value).replace(/(\/\/[^:@/\s]*):[^@/\s]+@/, '$1:…@'),
    origin: originOf(origins, key),
  }));
}

function flatten(values: Values, prefix = ''): [string, unknown][] {
  return Object.entries(values).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? flatten(value as Values, `${prefix}${key}.`) : value === undefined ? [] : [[`${prefix}${key}`, value]],
  );
}

function originOf(origins: Record<string, string>, key: string): string {
  return origins[key] ?? origins[key.split('.')[0] ?? ''] ?? 'default';
}

function readFile(file: string, origins: Record<string, string>): Values {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SentinelError('invalid-config', `${file} cannot be read (${systemCode(cause) ?? 'unknown reason'}).`, { cause });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken) throw new SentinelError('invalid-config', `${file}:${broken.linePos?.[0].line ?? 1}:${broken.linePos?.[0].col ?? 1}: ${broken.message.split('\n')[0]}`);
  if (document.contents === null) return {};
  if (!isMap(document.contents)) throw new SentinelError('invalid-config', `${file}:1: expects keys and values.`);
  checkKeys(document.contents, Config.shape, '');
  return document.toJS() as Values;

  function checkKeys(map: import('yaml').YAMLMap, shape: Record<string, z.ZodType>, prefix: string): void {
    for (const item of map.items) {
      if (!isScalar(item.key)) continue;
      const key = String(item.key.value);
      const line = lines.linePos(item.key.range?.[0] ?? 0).line;
      const schema = shape[key];
      if (!schema) {
        const near = closest(key, Object.keys(shape));
        throw new SentinelError('invalid-config', `${file}:${line}: unknown key ${prefix}${key}.${near ? ` Did you mean ${prefix}${near}?` : ''}`);
      }
      origins[`${prefix}${key}`] = `${file}:${line}`;
      const inner = innerShape(schema);
      if (inner && isMap(item.value)) checkKeys(item.value, inner, `${prefix}${key}.`);
    }
  }
}

function innerShape(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  let at: z.ZodType | undefined = schema;
  while (at) {
    if (at instanceof z.ZodObject) return at.shape as Record<string, z.ZodType>;
    at = (at.def as { innerType?: z.ZodType }).innerType;
  }
  return undefined;
}
