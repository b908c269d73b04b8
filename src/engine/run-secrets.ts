import type { Masker } from '../findings/masker.ts';
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
