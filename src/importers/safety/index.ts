import * as z from 'zod';
import type { Importer } from '../importer.ts';
import { purlOf } from '../shared/purl.ts';
import { hasSigns } from '../shared/recognise.ts';
import { severityFrom } from '../shared/severity.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';

const Vulnerability = z.object({
  vulnerability_id: z.string().min(1),
  package_name: z.string().min(1),
  analyzed_version: z.string().nullish(),
  fixed_versions: z.array(z.string()).nullish(),
  advisory: z.string().nullish(),
  CVE: z.union([z.string(), z.object({ name: z.string().nullish() })]).nullish(),
  severity: z.unknown().optional(),
  more_info_url: z.string().nullish(),
  /** `true`, or who ignored it and why; `{}` when nobody did. */
  ignored: z.union([z.boolean(), z.record(z.string(), z.unknown())]).nullish(),
});
const Severity = z.object({
  cvssv3: z.object({ base_score: z.number().nullish(), base_severity: z.string().nullish() }).nullish(),
});

const safety: Importer = {
  id: 'safety',
  title: 'Safety',
  summary: 'Vulnerable packages of `safety check --output json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['report_meta', 'scan_target', 'scanned_packages'], 0.95) ||
    hasSigns(head, ['json'], ['vulnerability_id', 'analyzed_version'], 0.9),
  complete: true,
  holds: { json: [{ at: 'vulnerabilities', is: 'list' }] },
  async *read(report, context) {
    for await (const element of report.json('vulnerabilities.*', 'ignored_vulnerabilities.*')) {
      const ignored = element.path[0] !== 'vulnerabilities';
      const found = ignored ? undefined : context.take(Vulnerability, element);
      if (ignored || isIgnored(found?.ignored)) {
        const reason = 'Ignored by the policy of the tool.';
        yield { type: 'skipped', at: element.path.join('.'), reason };
      } else if (found) {
        const { package_name: name, analyzed_version: version, CVE: cve } = found;
        const cvss = Severity.safeParse(found.severity).data?.cvssv3;
        const known = cvss?.base_severity || cvss?.base_score;
        yield vulnerablePackage({
          id: found.vulnerability_id,
          aliases: [typeof cve === 'string' ? cve : cve?.name],
          description: found.advisory,
          severity: known ? severityFrom(cvss?.base_severity, 'medium', cvss?.base_score) : undefined,
          severityWord: cvss?.base_severity,
          name,
          version,
          purl: purlOf('pypi', name, version),
          fixed: found.fixed_versions ?? [],
          links: found.more_info_url,
        });
      }
    }
  },
};
export default safety;

function isIgnored(ignored: boolean | Record<string, unknown> | null | undefined): boolean {
  return ignored === true || (typeof ignored === 'object' && Object.keys(ignored ?? {}).length > 0);
}
