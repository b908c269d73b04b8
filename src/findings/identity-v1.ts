import type { IdentityInput } from './identity.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { lineOf, placeOf } from './place.ts';

/** Version 1 of the fingerprints, for findings that were stored then. */
export function fingerprintsV1(
  keyed: KeyedHash,
  input: IdentityInput,
): { kind: 'exact' | 'moved' | 'renamed'; value: string }[] {
  const { project, asset, task, rule, at, key } = input;
  const place = placeOf(at);
  const print = <K extends string>(kind: K, ...parts: unknown[]) => ({
    kind,
    value: keyed(JSON.stringify([kind, 1, project, asset, task, rule, ...parts, key])).slice(0, 32),
  });
  return [
    print('exact', place, lineOf(at)),
    print('moved', place),
    ...(at.kind === 'file' && at.commit === undefined ? [print('renamed')] : []),
  ];
}
