import type { Reference } from '../model/finding.ts';
import type { Location } from '../model/location.ts';
import { type KeyedHash, keyedHash } from './keyed-hash.ts';
import { placeOf, steadyPlace, withoutVersion } from './place.ts';

/** 1 had no place in its values, and a print of its own for the line. What has those is found by them and gets these instead. */
export const FINGERPRINT_VERSION = 2;

/**
 * `moved`: same rule, place and key; the line, or the version of the package, may be another. Of two findings with the same one,
 * these tell which is which. `renamed`: same rule and key anywhere in the asset. `alias`: a bug of a package under one of its ids.
 * `tool`: what the tool itself gave. `weakness`: another tool may report the same CWE at this place.
 */
export type PrintKind = 'moved' | 'renamed' | 'alias' | 'tool' | 'weakness';

export interface Print {
  kind: PrintKind;
  /** 16 bytes in hex. */
  value: string;
}

export interface IdentityInput {
  project: string;
  asset: string;
  /** Task or tool. */
  task: string;
  rule: string;
  at: Location;
  key: readonly string[];
}

export const ALIAS_KINDS: readonly string[] = ['cve', 'ghsa', 'osv'];
const PREFIXES_KEPT = 4_000;

const made = new WeakMap<Buffer, Identity>();

/** How findings are told apart under the key of this instance. */
export function identityOf(key: Buffer): Identity {
  let identity = made.get(key);
  if (!identity) {
    identity = createIdentity(keyedHash(key));
    made.set(key, identity);
  }
  return identity;
}

export type Identity = ReturnType<typeof createIdentity>;

/**
 * Fingerprints are keyed by the instance (HMAC-SHA256): they cannot be used to guess the secret that went into one. The first bytes
 * say where: asset and tool, folder, file. So what a scan reports together lies together in the table; with values all over it,
 * each new finding changed three pages of its own, and writing those took longer than everything else.
 */
function createIdentity(keyed: KeyedHash) {
  const prefixes = new Map<string, string>();

  /** Four hexadecimal digits for each part. */
  function prefixOf(...parts: readonly string[]): string {
    let prefix = '';
    for (const part of parts) {
      let digits = prefixes.get(part);
      if (digits === undefined) {
        if (prefixes.size >= PREFIXES_KEPT) prefixes.clear();
        digits = keyed(part).slice(0, 4);
        prefixes.set(part, digits);
      }
      prefix += digits;
    }
    return prefix;
  }

  function print(
    kind: PrintKind,
    prefix: string,
    { project, asset }: Pick<IdentityInput, 'project' | 'asset'>,
    parts: readonly unknown[],
  ): Print {
    const text = JSON.stringify([kind, FINGERPRINT_VERSION, project, asset, ...parts]);
    return { kind, value: prefix + keyed(text).slice(0, 32 - prefix.length) };
  }

  const byTool = ({ project, asset, task }: IdentityInput) => `${project} ${asset} ${task}`;

  return {
    keyed,
    moved(input: IdentityInput): Print {
      const place = steadyPlace(input.at);
      const folder = place.slice(0, place.lastIndexOf('/') + 1);
      const prefix = prefixOf(byTool(input), folder, place);
      return print('moved', prefix, input, [input.task, input.rule, place, input.key]);
    },
    /** Only of files that can be looked for. */
    renamed(input: IdentityInput): Print[] {
      if (input.at.kind !== 'file' || input.at.commit !== undefined) return [];
      const parts = [input.task, input.rule, input.at.inside ?? '', input.key];
      return [print('renamed', prefixOf(byTool(input)), input, parts)];
    },
    /** The same for every tool and every manifest: they are looked at when one is found. */
    aliases(input: IdentityInput, about: readonly Reference[]): Print[] {
      if (input.at.kind !== 'package') return [];
      const name = withoutVersion(input.at.purl);
      const prefix = prefixOf(`${input.project} ${input.asset}`, name);
      return about
        .filter(({ kind }) => ALIAS_KINDS.includes(kind))
        .map(({ value }) => print('alias', prefix, input, [name, value.toUpperCase()]));
    },
    tool(input: IdentityInput, given: readonly { name: string; value: string }[]): Print[] {
      return given.map(({ name, value }) =>
        print('tool', prefixOf(byTool(input)), input, [input.task, input.rule, name, value]),
      );
    },
    /** The same for every tool. Not of packages, which have `alias`. */
    weaknesses(input: IdentityInput, cwe: readonly number[]): Print[] {
      if (input.at.kind === 'package' || cwe.length === 0) return [];
      const place = placeOf(input.at);
      const folder = place.slice(0, place.lastIndexOf('/') + 1);
      const prefix = prefixOf(`${input.project} ${input.asset}`, folder, place);
      return cwe.map((id) => print('weakness', prefix, input, [place, id]));
    },
  };
}
