/** What becomes of a key of the earlier Python configuration. */
export type OldKey =
  | { to: string; read?: (value: unknown) => unknown }
  | { secret: string; to?: string }
  | { rpc: string }
  | { dropped: string };

/** Old names in lower case with dots; several spellings were in use. */
const OLD_KEYS: Record<string, OldKey> = {
  'network.proxy': { to: 'net.proxy' },
  'network.http_proxy': { to: 'net.proxy' },
  'network.https_proxy': { to: 'net.proxy' },
  'network.proxies.http': { to: 'net.proxy' },
  'network.proxies.https': { to: 'net.proxy' },
  'network.proxies.all': { to: 'net.proxy' },
  'network.timeout': { to: 'net.timeoutSeconds', read: seconds },
  'network.timeout_seconds': { to: 'net.timeoutSeconds', read: seconds },
  'network.retries': { to: 'net.retries' },
  'network.max_retries': { to: 'net.retries' },
  'network.user_agent': { to: 'net.userAgent' },
  'network.rate_limit': { to: 'net.ratePerSecond' },
  'network.requests_per_second': { to: 'net.ratePerSecond' },
  'network.verify_ssl': { dropped: 'certificates are always checked' },
  'network.verify': { dropped: 'certificates are always checked' },
  'openai.api_key': { secret: 'openai', to: 'llm.apiKey' },
  'openai.model': { to: 'llm.model' },
  'openai.base_url': { to: 'llm.baseUrl' },
  'openai.api_base': { to: 'llm.baseUrl' },
  'openai.temperature': { dropped: 'it is chosen per question' },
  'openai.max_tokens': { dropped: 'it is chosen per question' },
  'sandbox.memory': { to: 'limits.memoryMb', read: megabytes },
  'sandbox.memory_mb': { to: 'limits.memoryMb' },
  'sandbox.memory_limit': { to: 'limits.memoryMb', read: megabytes },
  'sandbox.timeout': { to: 'limits.timeSeconds', read: seconds },
  'sandbox.timeout_seconds': { to: 'limits.timeSeconds', read: seconds },
  'sandbox.cpu': {
    dropped: 'runs are limited by time and memory; limits.concurrentRuns shares the processors',
  },
  'sandbox.cpu_limit': {
    dropped: 'runs are limited by time and memory; limits.concurrentRuns shares the processors',
  },
  'sandbox.cpus': {
    dropped: 'runs are limited by time and memory; limits.concurrentRuns shares the processors',
  },
  'sandbox.enabled': { dropped: 'every run is isolated' },
  'sandbox.network': { dropped: 'a task states whether it needs the network' },
  'output.dir': { to: 'output.directory' },
  'output.directory': { to: 'output.directory' },
  'output.output_dir': { to: 'output.directory' },
  output_dir: { to: 'output.directory' },
  'output.format': { to: 'output.format', read: lower },
  'output.default_format': { to: 'output.format', read: lower },
  output_format: { to: 'output.format', read: lower },
  log_level: { to: 'logLevel', read: logLevel },
  'logging.level': { to: 'logLevel', read: logLevel },
  'web.host': { to: 'host' },
  'web.port': { to: 'port' },
  'web.workers': { to: 'limits.concurrentRuns' },
  host: { to: 'host' },
  port: { to: 'port' },
  data_dir: { to: 'dataDir' },
  database_url: { to: 'databaseUrl' },
  'database.url': { to: 'databaseUrl' },
  redis_url: { to: 'redisUrl' },
  'redis.url': { to: 'redisUrl' },
};

const NAMED = /^(secrets|api_keys)\.(.+)$/;
const RPC = /^(?:rpc_urls|rpc|blockchain\.rpc_urls|web3\.rpc_urls)\.([^.]+)(?:\.url)?$/;

/** Undefined for a key that the earlier SentinelX did not have. `proxies`, `proxy` and such may also stand at the top. */
export function oldKey(name: string): OldKey | undefined {
  const known = lookup(name) ?? lookup(`network.${name}`);
  if (known) return known;
  const named = NAMED.exec(name)?.[2];
  if (named !== undefined) return { secret: named.replace(/[^A-Za-z0-9._-]/g, '_') };
  const chain = RPC.exec(name)?.[1];
  return chain === undefined ? undefined : { rpc: chain };
}

export function oldNames(): string[] {
  return Object.keys(OLD_KEYS);
}

function lookup(name: string): OldKey | undefined {
  return Object.hasOwn(OLD_KEYS, name) ? OLD_KEYS[name] : undefined;
}

const UNIT_MB: Record<string, number> = { k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 };

/** `512m`, `2GiB`, `1073741824` (bytes) or `512` (MB). What does not fit stays and is refused by the schema. */
function megabytes(value: unknown): unknown {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt])?i?b?\s*$/i.exec(String(value));
  if (!match) return value;
  const amount = Number(match[1]);
  const unit = match[2]?.toLowerCase();
  if (unit !== undefined) return Math.round(amount * (UNIT_MB[unit] ?? 1));
  return amount > 1_048_576 ? Math.round(amount / 1_048_576) : amount;
}

/** `30`, `30s`, `5m`, `1h`. */
function seconds(value: unknown): unknown {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(s|sec|seconds|m|min|h)?\s*$/i.exec(String(value));
  if (!match) return value;
  const unit = match[2]?.toLowerCase().charAt(0);
  return Math.ceil(Number(match[1]) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : 1));
}

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

const LOG_LEVELS: Record<string, string> = {
  warning: 'warn',
  critical: 'error',
  fatal: 'error',
  trace: 'debug',
  notset: 'debug',
};

function logLevel(value: unknown): unknown {
  const level = String(value).toLowerCase();
  return LOG_LEVELS[level] ?? level;
}
