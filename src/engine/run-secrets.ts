import type { Masker } from '../findings/masker.ts';
import { fillSecrets, secretNames } from '../lib/cel/template.ts';
import { SentinelError } from '../lib/errors.ts';
import type { AnyTask } from '../plugin/task.ts';
import { paramMeta } from './tasks.ts';

/** Reads the value of a stored secret and writes down who got it, and what for. */
export type ReadSecret = (
  name: string,
  reader: { project: string; run: string; task: string; actor: string },
) => Promise<string>;

const PREFIX = 'secret:';

/** What a run's `secret` power may ask for: the secrets that its parameters name, as `NAME` or `secret:NAME`. */
export function secretsNamed(task: AnyTask, params: Record<string, unknown>): Set<string> {
  return new Set(
    Object.entries(paramMeta(task)).flatMap(([field, { kind }]) => {
      const value = params[field];
      return kind === 'secret-ref' && typeof value === 'string' ? [bareName(value)] : [];
    }),
  );
}

/** The host's side of the `secret` power. Each secret is read, and accounted for, once in a run. */
export function serveSecrets(
  named: ReadonlySet<string>,
  read: (name: string) => Promise<string>,
  masker: Masker,
) {
  const known = new Map<string, Promise<string>>();
  return (asked: unknown): Promise<string> => {
    const name = typeof asked === 'string' ? bareName(asked) : '';
    if (!named.has(name))
      return Promise.reject(
        new SentinelError('forbidden', 'No parameter of this run names that secret: a run reads only those.'),
      );
    let value = known.get(name);
    if (!value) {
      // Masked before the task gets it: nothing that it reports can be earlier.
      value = read(name).then((text) => {
        masker.add(spellings(text), `[secret ${name}]`);
        return text;
      });
      known.set(name, value);
    }
    return value;
  };
}

/** How the value can stand in what a task reports: as it is, in an address, in JSON, in a header. */
function spellings(value: string): string[] {
  const plain = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
  const base64 = Buffer.from(value).toString('base64').replace(/=+$/, '');
  return [...new Set([...plain, base64, Buffer.from(value).toString('base64url')])];
}

function bareName(text: string): string {
  return text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
}

/** A parameter of a step with a secret in it; what it says instead of the value is stored, the value never. */
export interface SecretParam {
  path: readonly (string | number)[];
  /** Text with `secrets.NAME` in the place of the value. */
  template: string;
}

/** The parameters (JSON) of a run with the values of the secrets that its step puts into them. */
export async function withSecrets(
  row: {
    id: string;
    project: string;
    task: string;
    principal: string;
    params: string;
    secret_params: string | null;
  },
  read: ReadSecret,
  masker: Masker,
): Promise<string> {
  if (row.secret_params === null) return row.params;
  const params: unknown = JSON.parse(row.params);
  const values: Record<string, string> = Object.create(null);
  for (const { path, template } of JSON.parse(row.secret_params) as SecretParam[]) {
    for (const name of secretNames(template)) {
      if (values[name] !== undefined) continue;
      const reader = { project: row.project, run: row.id, task: row.task, actor: row.principal };
      const value = await read(name, reader);
      masker.add(spellings(value), `[secret ${name}]`);
      values[name] = value;
    }
    putAt(params, path, fillSecrets(template, values));
  }
  return JSON.stringify(params);
}

/** Replaces a value that is there; a path that leads nowhere changes nothing. */
export function putAt(into: unknown, path: readonly (string | number)[], value: string): void {
  const owner = path
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<string | number, unknown>)?.[key], into);
  const last = path.at(-1);
  if (typeof owner === 'object' && owner !== null && last !== undefined && Object.hasOwn(owner, last))
    (owner as Record<string | number, unknown>)[last] = value;
}
