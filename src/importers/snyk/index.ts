import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { sourcePath } from '../shared/place.ts';
import { purlOf } from '../shared/purl.ts';
import { hasSigns } from '../shared/recognise.ts';
import { severityFrom } from '../shared/severity.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';
import { IacIssue, iacFinding } from './infrastructure.ts';

const Vulnerability = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  description: z.string().nullish(),
  severity: z.string().nullish(),
  severityWithCritical: z.string().nullish(),
  cvssScore: z.number().nullish(),
  identifiers: z
    .object({
      CVE: z.array(z.string()).nullish(),
      CWE: z.array(z.string()).nullish(),
      GHSA: z.array(z.string()).nullish(),
    })
    .nullish(),
  packageName: z.string().nullish(),
  moduleName: z.string().nullish(),
  name: z.string().nullish(),
  version: z.string().nullish(),
  packageManager: z.string().nullish(),
  language: z.string().nullish(),
  fixedIn: z.array(z.string()).nullish(),
  from: z.array(z.string()).nullish(),
  references: z.array(z.object({ url: z.string().nullish() })).nullish(),
  type: z.string().nullish(),
});
type Vulnerability = z.infer<typeof Vulnerability>;

const snyk: Importer = {
  id: 'snyk',
  title: 'Snyk',
  summary:
    'Vulnerable packages of `snyk test --json`, and infrastructure code of `snyk iac test --json`. (`snyk code test --json` is SARIF.)',
  recognise: (head) =>
    hasSigns(head, ['json'], ['vulnerabilities', 'semver', 'packageManager'], 0.9) ||
    hasSigns(head, ['json'], ['vulnerabilities', 'dependencyCount', 'packageManager'], 0.9) ||
    hasSigns(head, ['json'], ['infrastructureAsCodeIssues'], 0.95),
  holds: {
    json: [
      { at: 'vulnerabilities', is: 'list' },
      { at: 'infrastructureAsCodeIssues', is: 'list' },
      { at: '', is: 'list' },
    ],
  },
  async *read(report, context) {
    // What the report is about stands behind the findings; `--all-projects` writes a list of reports.
    const files = new Map<string, string>();
    const single = ['displayTargetFile', 'targetFile', 'projectName'];
    // Each project is there, also one without findings; one that could not be tested has an error instead.
    const kinds = new Map<string, 'packages' | 'resources'>();
    const names = [...single, 'packageManager'];
    for await (const { path, value } of report.json(...names, ...names.map((name) => `*.${name}`))) {
      const where = path.length === 1 ? '' : String(path[0]);
      if (typeof value !== 'string' || value === '') continue;
      if (path.at(-1) === 'packageManager')
        kinds.set(where, value.endsWith('config') ? 'resources' : 'packages');
      else if (path.at(-1) !== 'projectName') files.set(where, value);
      else if (where === '' || where === '0') yield { type: 'asset', name: value };
    }
    const seen = new Set<string>();
    const lists = ['vulnerabilities.*', 'infrastructureAsCodeIssues.*'];
    for await (const element of report.json(...lists, ...lists.map((path) => `*.${path}`))) {
      const { path } = element;
      const at = path.join('.');
      const file = files.get(typeof path[0] === 'number' ? String(path[0]) : '');
      if (path.at(-2) === 'infrastructureAsCodeIssues') {
        const issue = context.take(IacIssue, element);
        if (issue?.isIgnored) yield { type: 'skipped', at, reason: 'Ignored by the policy of the tool.' };
        else if (issue) yield iacFinding(issue, file);
        continue;
      }
      const found = context.take(Vulnerability, element);
      if (!found) continue;
      const name = found.packageName ?? found.moduleName ?? found.name ?? '';
      const same = `${found.id} ${name} ${found.version} ${file}`;
      if (found.type === 'license') yield { type: 'skipped', at, reason: 'A matter of licences.' };
      else if (seen.has(same)) yield { type: 'skipped', at, reason: 'Another way to the same package.' };
      else {
        seen.add(same);
        yield findingOf(found, name || 'unknown', file);
      }
    }
    for (const [where, kind] of kinds) {
      // An image has no manifest: then the report is about all of it.
      const file = files.get(where);
      yield { type: 'covered', at: { kind, path: file === undefined ? '' : sourcePath(file) } };
    }
  },
};
export default snyk;

function findingOf(found: Vulnerability, name: string, manifest: string | undefined): ImportedFinding {
  const { version, identifiers: ids } = found;
  const finding = vulnerablePackage({
    id: found.id,
    aliases: [...(ids?.CVE ?? []), ...(ids?.GHSA ?? [])],
    title: found.title,
    description: found.description,
    severity: severityFrom(found.severityWithCritical ?? found.severity, 'medium', found.cvssScore),
    severityWord: found.severityWithCritical ?? found.severity,
    name,
    version,
    purl: purlOf(found.packageManager ?? found.language ?? 'generic', name, version),
    fixed: found.fixedIn ?? [],
    manifest,
    cwe: ids?.CWE,
    links: [
      `https://security.snyk.io/vuln/${encodeURIComponent(found.id)}`,
      (found.references ?? []).map(({ url }) => url),
    ],
  });
  return found.from && found.from.length > 0 ? { ...finding, evidence: found.from.join(' > ') } : finding;
}
