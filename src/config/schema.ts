import { availableParallelism } from 'node:os';
import * as z from 'zod';
import { SECRET_REF } from './secret-ref.ts';

const Url = (protocols: RegExp, example: string) =>
  z
    .url({ protocol: protocols, error: `expects an address such as ${example}` })
    .meta({ examples: [example] });
const count = (max: number) => z.int().min(1).max(max);
const seconds = z.number().min(0.2).max(86_400);
/** Both stand in the texts of what a step needs, so that they hold none of its separators. */
export const LabelValue = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, 'expects letters, digits, dots, dashes and underscores');
export const Label = z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,62}$/, 'expects a name such as zone');
const InstanceKey = z.string().regex(/^[0-9a-f]{64}$/i, 'expects 64 hexadecimal digits');
/** `secret:NAME`, or the value itself where the file is not the place that it came from. */
const SecretText = z.string().min(1).max(1000);

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const OidcProvider = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expects a short name such as company')
      .meta({ examples: ['company'] }),
    name: z
      .string()
      .min(1)
      .max(60)
      .meta({ examples: ['Company account'] }),
    issuer: Url(/^https?$/, 'https://id.example.org'),
    clientId: z
      .string()
      .min(1)
      .max(300)
      .meta({ examples: ['sentinelx'] }),
    clientSecret: z
      .string()
      .regex(SECRET_REF, 'expects the name of a stored secret, not the secret itself')
      .optional()
      .meta({ secret: true, examples: ['secret:oidc.company'] }),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'expects a scope such as email'))
      .max(30)
      .default(['openid', 'profile', 'email'])
      .refine((list) => list.includes('openid'), 'expects openid among them'),
    groupsClaim: z.string().min(1).max(200).default('groups'),
    groups: z
      .record(
        z.string().min(1).max(300),
        z.strictObject({ role: z.string().min(1).max(100), project: z.string().min(1).max(100).optional() }),
      )
      .default({}),
    createAccounts: z.boolean().default(true),
    secondFactor: z
      .strictObject({
        amr: z.array(z.string().min(1).max(100)).max(30).default([]),
        acr: z
          .array(z.string().regex(/^\S{1,300}$/, 'expects a value without spaces'))
          .max(30)
          .default([]),
      })
      .refine(({ amr, acr }) => amr.length + acr.length > 0, 'expects a value of amr or acr')
      .optional(),
    allowInsecure: z.boolean().default(false),
  })
  .refine(
    ({ issuer, allowInsecure }) => {
      const url = URL.parse(issuer);
      return url?.protocol === 'https:' || (allowInsecure && LOOPBACK.test(url?.hostname ?? ''));
    },
    {
      path: ['issuer'],
      error: 'expects https; http is for an issuer on this machine, with allowInsecure: true',
    },
  )
  .refine(({ issuer, allowInsecure }) => !allowInsecure || LOOPBACK.test(URL.parse(issuer)?.hostname ?? ''), {
    path: ['allowInsecure'],
    error: 'is for an issuer on this machine only',
  });

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
  trustProxy: z
    .array(
      z.string().regex(/^[0-9a-fA-F.:]+(\/\d{1,3})?$/, 'expects an address or a network such as 10.0.0.0/8'),
    )
    .default([])
    .meta({
      description: 'Proxies whose X-Forwarded-* headers are believed; those of everybody else are ignored',
      examples: [['127.0.0.1']],
    }),
  requests: z
    .strictObject({
      addressPerMinute: count(10_000_000)
        .default(12_000)
        .meta({ description: 'Requests a minute from one address', examples: [12_000] }),
      callerPerMinute: count(10_000_000)
        .default(6_000)
        .meta({ description: 'Requests a minute of one session or token', examples: [6_000] }),
    })
    .prefault({}),
  auth: z
    .strictObject({
      passwordSignIn: z
        .boolean()
        .default(true)
        .meta({ description: 'Sign in with a password; off where single sign-on does it', examples: [true] }),
      secondFactorFor: z
        .array(
          z
            .string()
            .max(100)
            .regex(/^(?:\*|[a-z0-9][a-z0-9-]*)$/, 'expects the name of a role, or * for everybody'),
        )
        .max(100)
        .default([])
        .meta({
          description: 'Roles whose people must have a second factor (app or passkey); * is everybody',
          examples: [['admin', 'manager']],
        }),
      sessionIdleMinutes: count(43_200)
        .default(120)
        .meta({ description: 'A session that nobody uses for so long ends', examples: [120] }),
      sessionHours: count(8_760)
        .default(12)
        .meta({ description: 'A session ends after so long, used or not', examples: [12] }),
      oidc: z
        .array(OidcProvider)
        .max(20)
        .default([])
        .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'expects different ids')
        .meta({
          description: 'Providers of single sign-on (OpenID Connect); only in a file',
          examples: [
            [
              {
                id: 'company',
                name: 'Company account',
                issuer: 'https://id.example.org',
                clientId: 'sentinelx',
                clientSecret: 'secret:oidc.company',
                groups: { 'security-team': { role: 'analyst' } },
              },
            ],
          ],
        }),
    })
    .prefault({}),
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
      proxy: Url(/^https?$/, 'http://proxy.example.org:3128')
        .optional()
        .meta({ description: 'Proxy for all requests; HTTP_PROXY when not set', url: true }),
      httpsProxy: Url(/^https?$/, 'http://proxy.example.org:3128')
        .optional()
        .meta({ description: 'Another proxy for https; HTTPS_PROXY when not set', url: true }),
      noProxy: z
        .string()
        .max(10_000)
        .optional()
        .meta({
          description: 'Hosts and networks without the proxy; NO_PROXY when not set',
          examples: ['localhost,10.0.0.0/8,.example.org'],
        }),
      proxyResolves: z
        .boolean()
        .default(false)
        .meta({
          description: 'The proxy resolves names: where they lead is then checked by nobody else',
          examples: [true],
        }),
      caFile: z
        .string()
        .min(1)
        .optional()
        .meta({
          description: 'PEM file with further certificate authorities',
          examples: ['/etc/ssl/own-ca.pem'],
        }),
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
  keys: z
    .strictObject({
      instance: InstanceKey.optional().meta({
        description: 'Key of this instance, 64 hexadecimal digits; only as a variable, never in a file',
        secret: true,
        env: 'SENTINELX_INSTANCE_KEY',
        onlyEnv: true,
      }),
      previous: InstanceKey.optional().meta({
        description: 'The key before it, for the first start after a change',
        secret: true,
        env: 'SENTINELX_INSTANCE_KEY_PREVIOUS',
        onlyEnv: true,
      }),
      command: z
        .array(z.string().min(1).max(4096))
        .min(1)
        .max(50)
        .optional()
        .meta({
          description: 'Program and its arguments that prints the key of this instance',
          examples: [['pass', 'show', 'sentinelx']],
        }),
    })
    .prefault({}),
  reports: z
    .strictObject({
      keepDays: count(36_500)
        .default(365)
        .meta({ description: 'Days after which a report is removed', examples: [365] }),
    })
    .prefault({}),
  uploads: z
    .strictObject({
      maxMb: count(1_048_576)
        .default(512)
        .meta({ description: 'Size of one uploaded file', examples: [512] }),
      quotaMb: count(1_073_741_824)
        .default(10_240)
        .meta({ description: 'Size of all uploaded files of a project', examples: [10_240] }),
      unpackedMb: count(1_048_576)
        .default(4096)
        .meta({ description: 'Size of an uploaded archive when it is unpacked', examples: [4096] }),
      keepDays: count(36_500)
        .default(30)
        .meta({ description: 'Days after which an uploaded file is removed', examples: [30] }),
      types: z
        .array(z.string().regex(/^[a-z0-9*.+-]+\/[a-z0-9*.+-]+$/i, 'expects a media type such as text/*'))
        .min(1)
        .max(100)
        .default([
          'text/*',
          'application/json',
          'application/*+json',
          'application/xml',
          'application/*+xml',
          'application/yaml',
          'application/x-yaml',
          'application/toml',
          'application/javascript',
          'application/zip',
          'application/x-zip-compressed',
          'application/java-archive',
          'application/gzip',
          'application/x-gzip',
          'application/x-tar',
          'application/x-compressed-tar',
          'application/x-gtar',
          'application/octet-stream',
        ])
        .meta({ description: 'Media types that may be uploaded', examples: [['application/zip', 'text/*']] }),
    })
    .prefault({}),
  blobs: z
    .strictObject({
      folder: z
        .string()
        .min(1)
        .optional()
        .meta({
          description: 'Folder of files, for several servers and workers a shared one',
          examples: ['/mnt/sentinelx/files'],
        }),
      s3: z
        .strictObject({
          endpoint: Url(/^https?$/, 'https://s3.example.org')
            .optional()
            .meta({ description: 'S3-compatible storage for files instead of the data folder', url: true }),
          region: z
            .string()
            .min(1)
            .max(100)
            .default('us-east-1')
            .meta({ description: 'Its region', examples: ['us-east-1'] }),
          bucket: z
            .string()
            .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'expects the name of a bucket')
            .optional()
            .meta({ description: 'Its bucket, which must exist', examples: ['sentinelx'] }),
          prefix: z
            .string()
            .regex(/^[A-Za-z0-9._/-]{0,200}$/, 'expects letters, digits, dots, dashes and slashes')
            .default('')
            .meta({ description: 'What the names of our objects begin with', examples: ['sentinelx/'] }),
          accessKey: SecretText.optional().meta({
            description: 'Access key: secret:NAME, or a value in the environment',
            secret: true,
            examples: ['secret:s3.access'],
          }),
          secretKey: SecretText.optional().meta({
            description: 'Secret key: secret:NAME, or a value in the environment',
            secret: true,
            examples: ['secret:s3.secret'],
          }),
        })
        .refine(({ endpoint, bucket }) => endpoint === undefined || bucket !== undefined, {
          path: ['bucket'],
          error: 'expects the name of a bucket at the endpoint',
        })
        .refine(({ endpoint, accessKey }) => endpoint === undefined || accessKey !== undefined, {
          path: ['accessKey'],
          error: 'expects the key to the endpoint, such as secret:s3.access',
        })
        .refine(({ endpoint, secretKey }) => endpoint === undefined || secretKey !== undefined, {
          path: ['secretKey'],
          error: 'expects the key to the endpoint, such as secret:s3.secret',
        })
        .prefault({}),
    })
    .prefault({}),
  worker: z
    .strictObject({
      labels: z
        .record(Label, LabelValue)
        .default({})
        .meta({
          description: 'Labels of this process; a step with labels is done where they are',
          examples: [{ zone: 'dmz' }],
        }),
      places: z
        .int()
        .min(0)
        .max(256)
        .optional()
        .meta({
          description:
            'Steps of workflows at the same time, of limits.concurrentRuns; 0: this process takes none',
          examples: [4],
        }),
      drainSeconds: z
        .int()
        .min(0)
        .max(86_400)
        .default(60)
        .meta({ description: 'A worker that stops waits so long for what it is at', examples: [60] }),
    })
    .prefault({}),
  queue: z
    .strictObject({
      backlog: count(10_000)
        .default(64)
        .meta({ description: 'Steps of one queue that wait for a worker', examples: [64] }),
      stalledSeconds: seconds.default(15).meta({
        description: 'A step is offered again when its worker is silent for so long',
        examples: [15],
      }),
      recoverSeconds: seconds
        .default(15)
        .meta({ description: 'How often it looks for what a dead process left', examples: [15] }),
      deadSeconds: seconds.default(60).meta({
        description: 'A process of another machine is dead when silent for so long',
        examples: [60],
      }),
    })
    .prefault({}),
  plugins: z
    .array(
      z
        .string()
        .max(214)
        .regex(
          /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/,
          'expects the name of an npm package',
        ),
    )
    .max(100)
    .default([])
    .meta({ description: 'npm packages with own tasks', examples: [['@example/sentinelx-checks']] }),
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
  /** The variable, when it has not the usual name. */
  env?: string;
  /** Never from a file or a flag, because it is the secret itself. */
  onlyEnv?: boolean;
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
    const meta = metaOf(value);
    return [{ key, path, env: meta.env ?? envName(path), type: inner.def.type, meta }];
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
