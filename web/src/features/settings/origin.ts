/** Where the value of a setting comes from, as the server writes it: `default`, `env NAME`, `--flag`, `file:line`. */
export type Origin = { kind: 'default' } | { kind: 'env' | 'flag' | 'file'; name: string };

export const ORIGINS = ['default', 'file', 'env', 'flag'] as const;

export function readOrigin(text: string): Origin {
  if (text === 'default') return { kind: 'default' };
  if (text.startsWith('env ')) return { kind: 'env', name: text.slice(4) };
  if (text.startsWith('--')) return { kind: 'flag', name: text };
  return { kind: 'file', name: text.split('/').at(-1) ?? text };
}
