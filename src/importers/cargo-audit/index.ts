import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { severityOfVector } from '../shared/cvss.ts';
import { purlOf } from '../shared/purl.ts';
import { hasSigns } from '../shared/recognise.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';

const Advisory = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  description: z.string().nullish(),
  aliases: z.array(z.string()).nullish(),
  cvss: z.string().nullish(),
  url: z.string().nullish(),
  references: z.array(z.string()).nullish(),
});
const Found = z.object({
  kind: z.string().nullish(),
  advisory: Advisory.nullish(),
  versions: z.object({ patched: z.array(z.string()).nullish() }).nullish(),
  package: z.object({ name: z.string().min(1), version: z.string().nullish() }),
});
type Found = z.infer<typeof Found>;

const LOCK_FILE = 'Cargo.lock';

const cargoAudit: Importer = {
  id: 'cargo-audit',
  title: 'cargo-audit',
  summary: 'Vulnerable and abandoned crates of `cargo audit --json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['database', 'lockfile', 'settings', 'dependency-count'], 0.95),
  holds: { json: [{ at: 'vulnerabilities.list', is: 'list' }] },
  async *read(report, context) {
    for await (const element of report.json('vulnerabilities.list.*', 'warnings.*.*')) {
      const found = context.take(Found, element);
      if (found) yield findingOf(found, element.path[0] === 'warnings' ? String(element.path[1]) : undefined);
    }
    yield { type: 'covered', at: { kind: 'packages', path: LOCK_FILE } };
  },
};
export default cargoAudit;

function findingOf(found: Found, warning: string | undefined): ImportedFinding {
  const { advisory, package: crate } = found;
  return vulnerablePackage({
    id: advisory?.id ?? warning ?? 'unknown',
    aliases: advisory?.aliases ?? [],
    title: advisory?.title ?? (warning === 'yanked' ? 'The version was withdrawn by its authors' : warning),
    description: advisory?.description,
    severity:
      warning === undefined ? severityOfVector(advisory?.cvss) : warning === 'unsound' ? 'medium' : 'low',
    name: crate.name,
    version: crate.version,
    purl: purlOf('cargo', crate.name, crate.version),
    fixed: found.versions?.patched ?? [],
    manifest: LOCK_FILE,
    links: [
      advisory?.url,
      advisory?.references,
      advisory && `https://rustsec.org/advisories/${encodeURIComponent(advisory.id)}`,
    ],
  });
}
