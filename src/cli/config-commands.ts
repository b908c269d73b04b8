import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseDocument } from 'yaml';
import { maskValue } from '../config/mask.ts';
import { configKeys } from '../config/schema.ts';
import { configFilePath, loadConfig, type Origin, originOf } from '../config.ts';
import { SentinelError } from '../lib/errors.ts';
import type { GlobalOptions } from './main.ts';
import { print, table } from './print.ts';

const TEMPLATE = `# SentinelX. Every key is optional; environment variables and flags win over this file.
# host: 127.0.0.1
# port: 8000
# publicUrl: https://sentinelx.example.org
# logLevel: warn            # trace, debug, info, warn, error, silent
# limits:                   # of each run
#   memoryMb: 1024
#   timeSeconds: 3600
#   concurrentRuns: 2
# net:                      # of tasks that look at a host
#   userAgent: SentinelX (authorised assessment)
#   ratePerSecond: 5
`;

export function initCommand(globals: GlobalOptions): void {
  const path = configFilePath(globals.config);
  if (existsSync(path))
    throw new SentinelError('wrong-usage', `${path} exists already; it is left as it is.`);
  write(path, TEMPLATE);
  console.log(`written: ${path}`);
}

export function showCommand(globals: GlobalOptions): void {
  const { config, origins } = loadConfig({ file: globals.config });
  const rows = configKeys().flatMap((key) => {
    const value = key.path.reduce<unknown>(
      (at, part) => (at as Record<string, unknown> | undefined)?.[part],
      config,
    );
    return value === undefined
      ? []
      : [
          {
            key: key.key,
            value: plain(maskValue(key, value)),
            origin: originText(originOf(key.key, origins)),
          },
        ];
  });
  print(rows, globals, () => table(rows.map((row) => [row.key, row.value, row.origin])));
}

export function validateConfigCommand(globals: GlobalOptions): void {
  const { file, expected } = loadConfig({ file: globals.config });
  console.log(file ? `${file} is valid` : `there is no ${expected}; defaults apply`);
}

/** Changes one value and keeps comments and order; nothing is written when the result would be broken. */
export function setCommand(key: string, value: string, globals: GlobalOptions): void {
  const path = configFilePath(globals.config);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const document = parseDocument(before);
  document.setIn(key.split('.'), parseDocument(value).toJS());
  write(path, document.toString());
  try {
    loadConfig({ file: path });
  } catch (error) {
    write(path, before);
    throw error;
  }
  console.log(`${key} is set in ${path}`);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

function plain(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function originText(origin: Origin | undefined): string {
  switch (origin?.kind) {
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'env':
      return `env ${origin.name}`;
    case 'flag':
      return 'flag';
    default:
      return 'default';
  }
}
