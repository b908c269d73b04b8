import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { SentinelError } from '../../lib/errors.ts';

const Names = z.record(z.string(), z.string()).default({});

const LockedPackage = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  optional: z.boolean().default(false),
  devOptional: z.boolean().default(false),
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
});
export type LockedPackage = z.output<typeof LockedPackage>;

const Lock = z.object({ lockfileVersion: z.literal([2, 3]), packages: z.record(z.string(), LockedPackage) });

export interface Installed {
  /** Place below the folder (`node_modules/a/node_modules/b`) → what npm has put there; '' is the product itself. */
  packages: ReadonlyMap<string, LockedPackage>;
}

/** Of what npm wrote down: what the product asks for and what that asks for, and of what fits some systems only what is there. */
export function readInstalled(root: string, webLibraries: readonly string[]): Installed {
  const file = join(root, 'package-lock.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SentinelError('not-found', `${file} is not there: it says what was installed.`, { cause });
  }
  const locked = Lock.parse(JSON.parse(text)).packages;
  const all: Installed = {
    packages: new Map(
      Object.entries(locked).filter(([place, one]) => {
        const some = one.optional || one.devOptional;
        return !some || existsSync(join(root, place));
      }),
    ),
  };
  const product = all.packages.get('');
  if (!product) throw new SentinelError('not-found', `${file} does not name the product.`);
  const web = Object.fromEntries(webLibraries.map((name) => [name, '']));
  const packages = new Map([['', { ...product, dependencies: { ...product.dependencies, ...web } }]]);
  // What is added on the way is gone through too.
  for (const [place, one] of packages)
    for (const name of namesOf(one)) {
      const found = placeOf(all, place, name);
      const at = found === undefined ? undefined : all.packages.get(found);
      if (found !== undefined && at) packages.set(found, at);
    }
  return { packages };
}

export function namesOf(one: LockedPackage): string[] {
  return Object.keys({ ...one.dependencies, ...one.optionalDependencies, ...one.peerDependencies });
}

/** Where Node finds a package that one at `from` asks for: beside it, then further out. */
export function placeOf({ packages }: Installed, from: string, name: string): string | undefined {
  let base = from;
  for (;;) {
    const place = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    if (packages.has(place)) return place;
    if (base === '') return undefined;
    base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')));
    if (!base.startsWith('node_modules/')) base = '';
  }
}
