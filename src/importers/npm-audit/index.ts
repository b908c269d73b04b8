import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { purlOf } from '../shared/purl.ts';
import { hasSigns } from '../shared/recognise.ts';
import { severityFrom } from '../shared/severity.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';

const LOCK_FILE = 'package-lock.json';

const Advisory = z.object({
  source: z.union([z.number(), z.string()]).nullish(),
  title: z.string().nullish(),
  url: z.string().nullish(),
  severity: z.string().nullish(),
  cwe: z.unknown().optional(),
  range: z.string().nullish(),
  cvss: z.object({ score: z.number().nullish() }).nullish(),
});
const Vulnerable = z.object({
  name: z.string().min(1),
  via: z.array(z.unknown()),
  nodes: z.array(z.string()).nullish(),
  fixAvailable: z
    .union([z.boolean(), z.object({ name: z.string(), version: z.string(), isSemVerMajor: z.boolean() })])
    .nullish(),
});
/** npm 6, pnpm and yarn 1. */
const OldAdvisory = z.object({
  id: z.union([z.number(), z.string()]).nullish(),
  module_name: z.string().min(1),
  title: z.string().nullish(),
  overview: z.string().nullish(),
  severity: z.string().nullish(),
  cves: z.array(z.string()).nullish(),
  cwe: z.unknown().optional(),
  url: z.string().nullish(),
  github_advisory_id: z.string().nullish(),
  patched_versions: z.string().nullish(),
  findings: z
    .array(z.object({ version: z.string().nullish(), paths: z.array(z.string()).nullish() }))
    .nullish(),
});

const npmAudit: Importer = {
  id: 'npm-audit',
  title: 'npm audit',
  summary: 'Vulnerable packages of `npm audit --json`; also of `pnpm audit --json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['auditReportVersion', 'vulnerabilities'], 0.95) ||
    hasSigns(head, ['json'], ['advisories', 'module_name', 'vulnerable_versions'], 0.95),
  holds: {
    json: [
      { at: 'vulnerabilities', is: 'object' },
      { at: 'advisories', is: 'object' },
      { at: 'error', is: 'anything' },
      { at: 'message', is: 'anything' },
    ],
  },
  async *read(report, context) {
    for await (const element of report.json('vulnerabilities.*', 'advisories.*', 'error', 'message')) {
      const [kind] = element.path;
      if (kind === 'error' || kind === 'message') {
        context.problem(String(kind), 'npm audit did not work: this is its error, not a report.');
      } else if (kind === 'advisories') {
        const advisory = context.take(OldAdvisory, element);
        if (advisory) yield* oldFindings(advisory);
      } else {
        const vulnerable = context.take(Vulnerable, element);
        for (const [index, via] of (vulnerable?.via ?? []).entries()) {
          const path = [...element.path, 'via', index];
          if (typeof via === 'string') {
            const reason = 'Affected through another package, which is reported itself.';
            yield { type: 'skipped', at: path.join('.'), reason };
            continue;
          }
          const advisory = context.take(Advisory, { ...element, path, value: via });
          if (advisory && vulnerable) yield findingOf(vulnerable, advisory);
        }
      }
    }
    yield { type: 'covered', at: { kind: 'packages', path: LOCK_FILE } };
  },
};
export default npmAudit;

function findingOf(
  vulnerable: z.infer<typeof Vulnerable>,
  advisory: z.infer<typeof Advisory>,
): ImportedFinding {
  const { name, nodes, fixAvailable } = vulnerable;
  const ghsa = /GHSA-[\w-]{14}/i.exec(advisory.url ?? '')?.[0];
  const number = String(advisory.source ?? advisory.title ?? name);
  const fixed =
    typeof fixAvailable === 'object' && fixAvailable
      ? [
          `${fixAvailable.name} ${fixAvailable.version}${fixAvailable.isSemVerMajor ? ' (a major change)' : ''}`,
        ]
      : [];
  const found = vulnerablePackage({
    id: ghsa ?? number,
    aliases: [],
    title: advisory.title,
    description: `${advisory.title ?? name}. Versions ${advisory.range ?? 'unknown'} of ${name} are affected.`,
    severity: severityFrom(advisory.severity, 'medium', advisory.cvss?.score),
    severityWord: advisory.severity,
    name,
    // The report names the range, not the version that is installed.
    purl: purlOf('npm', name),
    fixed,
    manifest: LOCK_FILE,
    cwe: advisory.cwe,
    links: advisory.url,
  });
  return nodes && nodes.length > 0 ? { ...found, evidence: nodes.slice(0, 50).join('\n') } : found;
}

function* oldFindings(advisory: z.infer<typeof OldAdvisory>): Generator<ImportedFinding> {
  const { module_name: name, github_advisory_id: ghsa } = advisory;
  const installed =
    advisory.findings && advisory.findings.length > 0 ? advisory.findings : [{ version: null, paths: [] }];
  for (const { version, paths } of installed) {
    const found = vulnerablePackage({
      id: ghsa || String(advisory.id ?? advisory.title ?? name),
      aliases: [...(advisory.cves ?? []), ghsa],
      title: advisory.title,
      description: advisory.overview,
      severity: severityFrom(advisory.severity, 'medium'),
      severityWord: advisory.severity,
      name,
      version,
      purl: purlOf('npm', name, version),
      fixed: advisory.patched_versions ? [advisory.patched_versions] : [],
      manifest: LOCK_FILE,
      cwe: advisory.cwe,
      links: advisory.url,
    });
    yield paths && paths.length > 0 ? { ...found, evidence: paths.slice(0, 50).join('\n') } : found;
  }
}
