import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText } from '../shared/text.ts';

const Result = z.object({
  rule_id: z.string(),
  long_id: z.string().nullish(),
  rule_description: z.string().nullish(),
  description: z.string().nullish(),
  impact: z.string().nullish(),
  resolution: z.string().nullish(),
  links: z.unknown().optional(),
  severity: z.string().nullish(),
  /** 0 failed, 1 passed, 2 ignored. */
  status: z.number().nullish(),
  resource: z.string().nullish(),
  location: z.object({
    filename: z.string(),
    start_line: z.number().nullish(),
    end_line: z.number().nullish(),
  }),
});
type Result = z.infer<typeof Result>;

const tfsec: Importer = {
  id: 'tfsec',
  title: 'tfsec',
  summary: 'Findings in Terraform of `tfsec . --format json`.',
  recognise: (head) => hasSigns(head, ['json'], ['long_id', 'rule_provider', 'resolution', 'impact'], 0.95),
  complete: true,
  holds: { json: [{ at: 'results', is: 'list', orNull: true }] },
  async *read(report, context) {
    for await (const element of report.json('results.*')) {
      const result = context.take(Result, element);
      if (!result) continue;
      const at = element.path.join('.');
      if (result.status === 1) yield { type: 'skipped', at, reason: 'The check passed.' };
      else if (result.status === 2)
        yield { type: 'skipped', at, reason: 'Ignored in the code (tfsec:ignore).' };
      else yield findingOf(result);
    }
  },
};
export default tfsec;

function findingOf(result: Result): ImportedFinding {
  const { location } = result;
  const rule = result.long_id || result.rule_id;
  const severity = severityFrom(result.severity, 'medium');
  const file = sourcePath(location.filename);
  const references = webLinks(result.links);
  const region = regionOf(location.start_line, null, location.end_line);
  return {
    type: 'finding',
    rule,
    ruleText: {
      title: firstText(result.rule_description, rule),
      severity,
      tags: [result.rule_id],
      why: firstText(result.impact, result.rule_description, rule),
      fix: firstText(result.resolution, 'See the page of the check.'),
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'resource', address: result.resource || file, file, ...(region ? { region } : {}) },
    key: [result.description ?? ''],
    message: firstText(result.description, result.rule_description, rule),
    severity,
    severityWord: result.severity,
  };
}
