import { createHash } from 'node:crypto';
import { type Installed, type LockedPackage, namesOf, placeOf } from './lock.ts';

/** CycloneDX 1.6 (ECMA-424), of which this is the part that we write. */
export interface Bom {
  $schema: string;
  bomFormat: 'CycloneDX';
  specVersion: '1.6';
  serialNumber: string;
  version: 1;
  metadata: { component: Component; lifecycles: { phase: 'post-build' }[] };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface Component {
  type: 'application' | 'library';
  'bom-ref': string;
  group?: string;
  name: string;
  version: string;
  scope?: 'required' | 'optional';
  purl: string;
  licenses?: ({ license: { id: string } } | { expression: string })[];
  hashes?: { alg: string; content: string }[];
  externalReferences?: { type: 'distribution'; url: string }[];
}

const ALGORITHMS: Record<string, string> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
};

/** The same installation gives the same bytes: neither a time nor a number by chance is in it. */
export function cyclonedx(installed: Installed): Bom {
  const root = installed.packages.get('');
  const product = componentOf('', { ...root, name: root?.name ?? 'sentinelx' } as LockedPackage);
  const places = [...installed.packages.keys()].filter((place) => place !== '').sort();
  // One package at several places is one component.
  const components = new Map<string, Component>();
  const dependencies = new Map<string, Set<string>>([[product.purl, new Set()]]);
  const refAt = (place: string) =>
    purlOf(nameAt(place, installed), installed.packages.get(place)?.version ?? '');
  for (const place of places) {
    const one = installed.packages.get(place);
    if (!one?.version) continue;
    const component = componentOf(place, { ...one, name: nameAt(place, installed) });
    const known = components.get(component.purl);
    if (!known || known.scope === 'optional') components.set(component.purl, component);
  }
  for (const [place, one] of installed.packages) {
    const ref = place === '' ? product.purl : refAt(place);
    const list = dependencies.get(ref) ?? new Set<string>();
    for (const name of namesOf(one)) {
      const found = placeOf(installed, place, name);
      if (found !== undefined && refAt(found) !== ref) list.add(refAt(found));
    }
    dependencies.set(ref, list);
  }
  const body = {
    metadata: { lifecycles: [{ phase: 'post-build' as const }], component: product },
    components: [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1)),
    dependencies: [...dependencies]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([ref, on]) => ({ ref, dependsOn: [...on].sort() })),
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialOf(JSON.stringify(body)),
    version: 1,
    ...body,
  };
}

function nameAt(place: string, { packages }: Installed): string {
  return (
    packages.get(place)?.name ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
  );
}

function componentOf(place: string, one: LockedPackage & { name?: string | undefined }): Component {
  const full = one.name ?? '';
  const [group, name] = full.startsWith('@') ? full.split('/') : [undefined, full];
  const purl = purlOf(full, one.version ?? '');
  const hashes = hashesOf(one.integrity);
  return {
    type: place === '' ? 'application' : 'library',
    'bom-ref': purl,
    ...(group === undefined ? {} : { group }),
    name: name ?? full,
    version: one.version ?? '',
    ...(place === '' ? {} : { scope: one.optional ? ('optional' as const) : ('required' as const) }),
    purl,
    ...(one.license === undefined ? {} : { licenses: [licenseOf(one.license)] }),
    ...(hashes.length === 0 ? {} : { hashes }),
    ...(one.resolved?.startsWith('https://')
      ? { externalReferences: [{ type: 'distribution' as const, url: one.resolved }] }
      : {}),
  };
}

function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
}

function licenseOf(text: string): { license: { id: string } } | { expression: string } {
  return /\s/.test(text) ? { expression: text } : { license: { id: text } };
}

/** `sha512-<base64>`, as npm compares it before it unpacks. */
function hashesOf(integrity: string | undefined): { alg: string; content: string }[] {
  return (integrity ?? '').split(/\s+/).flatMap((part) => {
    const [algorithm = '', value = ''] = part.split(/-(.*)/s);
    const alg = ALGORITHMS[algorithm];
    return alg === undefined ? [] : [{ alg, content: Buffer.from(value, 'base64').toString('hex') }];
  });
}

/** A UUID of the content (version 8, RFC 9562). */
function serialOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
