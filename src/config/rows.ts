import { type LoadedConfig, type Origin, originOf } from '../config.ts';
import { maskValue } from './mask.ts';
import { configKeys } from './schema.ts';

export interface ConfigRow {
  key: string;
  /** Masked where it may carry a secret; null when it is not set. */
  value: unknown;
  /** `default`, `env NAME`, `--flag`, or file and line. */
  origin: string;
}

/** Every value, masked where it may carry a secret, and where it comes from. */
export function configRows({ config, origins }: LoadedConfig): ConfigRow[] {
  return configKeys().flatMap((key): ConfigRow[] => {
    const masked = maskValue(key, valueAt(config, key.path)) ?? null;
    if (key.type === 'record' && masked !== null && Object.keys(masked).length > 0)
      return Object.entries(masked).map(([name, item]) => ({
        key: `${key.key}.${name}`,
        value: item,
        origin: originText(originOf(`${key.key}.${name}`, origins)),
      }));
    return [{ key: key.key, value: masked, origin: originText(origins.get(key.key)) }];
  });
}

export function valueAt(data: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, part) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, part)
        ? (at as Record<string, unknown>)[part]
        : undefined,
    data,
  );
}

function originText(origin: Origin | undefined): string {
  switch (origin?.kind) {
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'env':
      return `env ${origin.name}`;
    case 'flag':
      return `--${origin.name}`;
    default:
      return 'default';
  }
}
