import type { ImportEvent } from '../importer.ts';
import { sourcePath } from '../shared/place.ts';
import type { Target } from './other-findings.ts';
import { isManifest } from './vulnerability.ts';

const MAX_TARGETS = 20_000;

/**
 * What the report shows to have been examined: the manifests and the files of configuration that it names, with or without
 * findings. Files without secrets are not named, so that nothing tells whether secrets were looked for in others.
 */
export function createLooked() {
  const manifests = new Set<string>();
  const configurations = new Set<string>();
  const secrets = new Set<string>();
  let isImage = false;
  let packages = false;
  let licences = false;
  let vulnerable = false;
  return {
    image(yes: boolean): void {
      isImage = yes;
    },
    vulnerable(): void {
      vulnerable = true;
    },
    at(target: Target): void {
      const { class: kind, name } = target;
      const files = { 'lang-pkgs': manifests, config: configurations, secret: secrets }[kind];
      if (kind === 'lang-pkgs' || kind === 'os-pkgs') packages = true;
      if (kind === 'license' || kind === 'license-file') licences = true;
      if (files && files.size < MAX_TARGETS && (files !== manifests || isManifest(target)))
        files.add(sourcePath(name));
    },
    *covered(): Generator<ImportEvent> {
      // A scan of licences lists packages as well.
      if (packages && (vulnerable || !licences)) {
        if (isImage) yield { type: 'covered', at: { kind: 'packages', path: '' } };
        else for (const path of manifests) yield { type: 'covered', at: { kind: 'packages', path } };
      }
      for (const path of configurations) yield { type: 'covered', at: { kind: 'resources', path } };
      for (const path of secrets) yield { type: 'covered', at: { kind: 'file', path } };
    },
  };
}
