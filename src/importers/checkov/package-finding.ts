import * as z from 'zod';
import type { ImportedFinding } from '../importer.ts';
import { purlOf } from '../shared/purl.ts';
import { severityFrom } from '../shared/severity.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';

export const VulnerabilityDetails = z.object({
  id: z.string().min(1),
  severity: z.string().nullish(),
  package_name: z.string(),
  package_version: z.string().nullish(),
  package_type: z.string().nullish(),
  description: z.string().nullish(),
  link: z.string().nullish(),
  lowest_fixed_version: z.string().nullish(),
});

/** A result of its scan of packages (`--framework sca_package`). */
export function packageFinding(details: z.infer<typeof VulnerabilityDetails>, file: string): ImportedFinding {
  const { id, package_name: name, package_version: version, lowest_fixed_version: fixed } = details;
  return vulnerablePackage({
    id,
    description: details.description,
    severity: severityFrom(details.severity, 'medium'),
    severityWord: details.severity,
    name,
    version,
    purl: purlOf(details.package_type ?? typeOfFile(file), name, version),
    fixed: fixed ? [fixed] : [],
    manifest: file,
    links: details.link,
  });
}

function typeOfFile(path: string): string {
  if (/requirements|Pipfile|poetry|\.py$/i.test(path)) return 'pypi';
  if (/package(-lock)?\.json|yarn|pnpm/i.test(path)) return 'npm';
  if (/go\.(mod|sum)$/i.test(path)) return 'golang';
  return /pom\.xml|gradle/i.test(path) ? 'maven' : 'generic';
}
