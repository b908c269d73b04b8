import * as z from 'zod';
import type { Importer, JsonElement, Report } from '../importer.ts';
import { purlOf } from '../shared/purl.ts';
import { hasSigns } from '../shared/recognise.ts';
import { vulnerablePackage } from '../shared/vulnerable-package.ts';

const Vulnerability = z.object({
  id: z.string().min(1),
  description: z.string().nullish(),
  fix_versions: z.array(z.string()).nullish(),
  aliases: z.array(z.string()).nullish(),
});
const Dependency = z.object({
  name: z.string().min(1),
  version: z.string().nullish(),
  vulns: z.array(z.unknown()).nullish(),
  skip_reason: z.string().nullish(),
});

const pipAudit: Importer = {
  id: 'pip-audit',
  title: 'pip-audit',
  summary: 'Vulnerable packages of `pip-audit --format json`.',
  recognise: (head) => hasSigns(head, ['json'], ['name', 'version', 'vulns'], 0.9),
  holds: {
    json: [
      { at: 'dependencies', is: 'list' },
      { at: '', is: 'list' },
    ],
  },
  async *read(report, context) {
    let all = true;
    for await (const element of dependenciesOf(report)) {
      const dependency = context.take(Dependency, element);
      if (!dependency) continue;
      if (dependency.skip_reason) {
        all = false;
        const at = element.path.join('.');
        yield { type: 'skipped', at, reason: 'The tool could not look up this package.' };
      }
      for (const [index, value] of (dependency.vulns ?? []).entries()) {
        const at: JsonElement = { ...element, path: [...element.path, 'vulns', index], value };
        const found = context.take(Vulnerability, at);
        if (!found) continue;
        const { name, version } = dependency;
        yield vulnerablePackage({
          id: found.id,
          aliases: found.aliases ?? [],
          description: found.description,
          // The report has no severity.
          severity: undefined,
          name,
          version,
          purl: purlOf('pypi', name, version),
          fixed: found.fix_versions ?? [],
          links: `https://osv.dev/vulnerability/${encodeURIComponent(found.id)}`,
        });
      }
    }
    if (all) yield { type: 'covered', at: { kind: 'everything' } };
  },
};
export default pipAudit;

/** Version 1 wrote the bare list. */
async function* dependenciesOf(report: Report): AsyncGenerator<JsonElement> {
  let listed = false;
  for await (const element of report.json('dependencies.*')) {
    listed = true;
    yield element;
  }
  if (!listed)
    for await (const element of report.json('*')) if (typeof element.path[0] === 'number') yield element;
}
