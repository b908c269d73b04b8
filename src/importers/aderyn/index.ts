import * as z from 'zod';
import type { Severity } from '../../model/severity.ts';
import type { ImportedFinding, Importer } from '../importer.ts';
import { regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { oneLine } from '../shared/text.ts';

const Instance = z.object({
  contract_path: z.string(),
  line_no: z.number().nullish(),
  hint: z.string().nullish(),
});
type Instance = z.infer<typeof Instance>;
const Issue = z.object({
  title: z.string().min(1),
  description: z.string().nullish(),
  detector_name: z.string().min(1),
  instances: z.array(z.unknown()),
});
type Issue = z.infer<typeof Issue>;

const SEVERITIES: Record<string, Severity> = {
  critical_issues: 'critical',
  high_issues: 'high',
  medium_issues: 'medium',
  // As some versions spell it.
  medium_issue: 'medium',
  low_issues: 'low',
  nc_issues: 'info',
};

const aderyn: Importer = {
  id: 'aderyn',
  title: 'Aderyn',
  summary: 'Findings in Solidity of `aderyn --output report.json`.',
  recognise: (head) => hasSigns(head, ['json'], ['files_summary', 'files_details', 'issue_count'], 0.95),
  complete: true,
  holds: {
    json: [
      { at: 'high_issues.issues', is: 'list' },
      { at: 'low_issues.issues', is: 'list' },
    ],
  },
  async *read(report, context) {
    const paths = Object.keys(SEVERITIES).map((name) => `${name}.issues.*`);
    for await (const element of report.json(...paths)) {
      const issue = context.take(Issue, element);
      if (!issue) continue;
      const severity = SEVERITIES[String(element.path[0])] ?? 'medium';
      for (const [index, value] of issue.instances.entries()) {
        const path = [...element.path, 'instances', index];
        const instance = context.take(Instance, { ...element, path, value });
        if (instance) yield findingOf(issue, instance, severity);
      }
    }
  },
};
export default aderyn;

function findingOf(issue: Issue, instance: Instance, severity: Severity): ImportedFinding {
  const region = regionOf(instance.line_no);
  return {
    type: 'finding',
    rule: issue.detector_name,
    ruleText: {
      title: oneLine(issue.title, 200),
      severity,
      why: issue.description?.trim() || issue.title,
      fix: 'Change the code as the description of the detector recommends.',
    },
    at: { kind: 'contract', file: sourcePath(instance.contract_path), ...(region ? { region } : {}) },
    key: [instance.hint ?? ''],
    message: oneLine(instance.hint ? `${issue.title}: ${instance.hint}` : issue.title, 500),
    severity,
  };
}
