import * as z from 'zod';
import type { ImportedFinding } from '../importer.ts';
import { regionOf, sourcePath } from '../shared/place.ts';
import { webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText } from '../shared/text.ts';

export const IacIssue = z.object({
  id: z.string().min(1),
  title: z.string().nullish(),
  severity: z.string().nullish(),
  issue: z.string().nullish(),
  impact: z.string().nullish(),
  resolve: z.string().nullish(),
  path: z.array(z.union([z.string(), z.number()])).nullish(),
  lineNumber: z.number().nullish(),
  documentation: z.string().nullish(),
  isIgnored: z.boolean().nullish(),
});

export function iacFinding(found: z.infer<typeof IacIssue>, target: string | undefined): ImportedFinding {
  const severity = severityFrom(found.severity, 'medium');
  const title = firstText(found.title, found.id);
  const file = sourcePath(target ?? '');
  const references = webLinks(found.documentation);
  const region = regionOf(found.lineNumber);
  return {
    type: 'finding',
    rule: found.id,
    ruleText: {
      title,
      severity,
      why: firstText([found.issue, found.impact].filter(Boolean).join('. '), title),
      fix: firstText(found.resolve, 'See the page of the rule.'),
      ...(references.length > 0 ? { references } : {}),
    },
    at: {
      kind: 'resource',
      address: (found.path ?? []).join('.') || file,
      file,
      ...(region ? { region } : {}),
    },
    key: [],
    message: firstText(found.issue, title),
    severity,
    severityWord: found.severity,
  };
}
