import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { SECRET_REF } from './secret-ref.ts';

const Url = (protocols: RegExp, example: string) =>
  z
    .url({ protocol: protocols, error: `expects an address such as ${example}` })
    .meta({ examples: [example] });
const count = (max: number) => z.int().min(1).max(max);

/** Every key of the configuration. The variable of a key is its name: `limits.memoryMb` is SENTINELX_LIMITS_MEMORY_MB. */
export const ConfigSchema = z.strictObject({
  dataDir: z
    .string()
    .min(1)
    .meta({ description: 'Folder of the database, keys and artifacts', examples: ['~/sentinelx-data'] }),
  host: z
    .string()
    .min(1)
    .max(253)
    .default('127.0.0.1')
    .meta({ description: 'Address to listen at', examples: ['127.0.0.1'] }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8000)
    .meta({ description: 'Port to listen at', examples: [8000] }),
  publicUrl: Url(/^https?$/, 'https://sentinelx.example.org')
    .optional()
    .meta({ description: 'Address that people use; http://localhost:PORT when not set' }),
  databaseUrl: Url(/^postgres(ql)?$/, 'postgres://user@db.example.org/sentinelx')
    .optional()
    .meta({ description: 'PostgreSQL instead of the embedded database', url: true }),
  redisUrl: Url(/^rediss?$/, 'redis://cache.example.org:6379')
    .optional()
    .meta({ description: 'Redis for queues and limits of several servers', url: true }),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('warn')
    .meta({ description: 'What the server logs at least', examples: ['info'] }),
  allowPlainHttp: z
    .boolean()
    .default(false)
    .meta({
      description: 'Listen beyond this machine without TLS (a proxy in front adds it)',
      examples: [true],
    }),
  output: z
    .strictObject({
      format: z
        .enum(['table', 'json', 'yaml', 'sarif'])
        .default('table')
        .meta({ description: 'How commands print what they found', examples: ['table'] }),
      directory: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Folder of files that are named without one', examples: ['./reports'] }),
    })
    .prefault({}),
  limits: z
    .strictObject({
      memoryMb: z
        .int()
        .min(64)
        .max(1_048_576)
        .default(1024)
        .meta({ description: 'Memory of one run', examples: [1024] }),
      timeSeconds: count(604_800)
        .default(3600)
        .meta({ description: 'Time of one run', examples: [3600] }),
      findings: count(10_000_000)
        .default(1_000_000)
        .meta({ description: 'Findings of one run', examples: [100_000] }),
      logLines: count(10_000_000)
        .default(100_000)
        .meta({ description: 'Log lines of one run', examples: [100_000] }),
      concurrentRuns: count(256)
        .default(availableParallelism())
        .meta({ description: 'Runs at the same time', examples: [4] }),
    })
    .prefault({}),
  net: z
    .strictObject({
      userAgent: z
        .string()
        .min(1)
        .max(200)
        .regex(/^[\x20-\x7e]+$/, 'expects printable ASCII')
        .default('SentinelX (authorised assessment)')
        .meta({ description: 'How we name ourselves to targets', examples: ['SentinelX'] }),
      proxy: Url(/^(https?|socks5h?)$/, 'http://proxy.example.org:3128')
        .optional()
        .meta({ description: 'Proxy for requests', url: true }),
      timeoutSeconds: count(600)
        .default(10)
        .meta({ description: 'Time of one request', examples: [10] }),
      retries: z
        .int()
        .min(0)
        .max(20)
        .default(2)
        .meta({ description: 'Further tries after a failure', examples: [2] }),
      ratePerSecond: z
        .number()
        .min(0.1)
        .max(1000)
        .default(5)
        .meta({ description: 'Requests to one host in a second', examples: [10] }),
    })
    .prefault({}),
  rpcUrls: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9_-]*$/i, 'expects a name such as ethereum'),
      z.union([Url(/^(https?|wss?)$/, 'https://rpc.example.org'), z.string().regex(SECRET_REF)], {
        error: 'expects an address such as https://rpc.example.org, or secret:NAME',
      }),
    )
    .default({})
    .meta({
      description: 'RPC address of each chain',
      url: true,
      examples: [{ ethereum: 'https://rpc.example.org' }],
    }),
  llm: z
    .strictObject({
      provider: z
        .enum(['none', 'openai', 'anthropic', 'ollama'])
        .default('none')
        .meta({ description: 'Language model that may help to triage', examples: ['none'] }),
      model: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Its name', examples: ['gpt-5'] }),
      baseUrl: Url(/^https?$/, 'http://localhost:11434')
        .optional()
        .meta({ description: 'Its address, when not the usual one', url: true }),
      apiKey: z
        .string()
        .regex(SECRET_REF, 'expects the name of a stored secret, not the secret itself')
        .optional()
        .meta({
          description: 'Name of the stored secret that holds the key',
          secret: true,
          examples: ['secret:openai'],
        }),
    })
    .prefault({}),
});
export type Config = z.infer<typeof ConfigSchema>;
export type ConfigInput = z.input<typeof ConfigSchema>;

export interface KeyMeta {
  description?: string;
  examples?: unknown[];
  /** A value that is never shown. */
  secret?: boolean;
  /** An address that may carry credentials. */
  url?: boolean;
}

export interface ConfigKey {
  /** Dotted: `limits.memoryMb`. */
  key: string;
  path: readonly string[];
  env: string;
  type: string;
  meta: KeyMeta;
}

/** The keys that hold a value, in the order of the schema. */
export function configKeys(schema: z.ZodObject = ConfigSchema, parents: readonly string[] = []): ConfigKey[] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([name, value]) => {
    const path = [...parents, name];
    const inner = unwrap(value);
    if (inner instanceof z.ZodObject) return configKeys(inner, path);
    const key = path.join('.');
    return [{ key, path, env: envName(path), type: inner.def.type, meta: metaOf(value) }];
  });
}

function envName(path: readonly string[]): string {
  return `SENTINELX_${path.map((part) => part.replace(/([A-Z])/g, '_$1').toUpperCase()).join('_')}`;
}

/** The schema below defaults, optional and nullable. */
export function unwrap(schema: z.ZodType): z.ZodType {
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return inner ? unwrap(inner) : schema;
}

function metaOf(schema: z.ZodType): KeyMeta {
  const inner = (schema.def as { innerType?: z.ZodType }).innerType;
  return { ...(inner ? metaOf(inner) : {}), ...((schema.meta() as KeyMeta | undefined) ?? {}) };
}
