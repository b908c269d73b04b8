import * as z from 'zod';
import type { FlowStep } from '../../model/finding.ts';
import type { Severity } from '../../model/severity.ts';
import type { ImportContext, ImportedFinding, Importer } from '../importer.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers } from '../shared/references.ts';
import { firstText, oneLine } from '../shared/text.ts';
import { Hotspot, hotspotFinding } from './hotspot.ts';

const TextRange = z.object({
  startLine: z.number().nullish(),
  endLine: z.number().nullish(),
  startOffset: z.number().nullish(),
  endOffset: z.number().nullish(),
});
const Issue = z.object({
  key: z.string().nullish(),
  rule: z.string().min(1),
  severity: z.string().nullish(),
  component: z.string(),
  project: z.string().nullish(),
  line: z.number().nullish(),
  hash: z.string().nullish(),
  textRange: TextRange.nullish(),
  status: z.string().nullish(),
  issueStatus: z.string().nullish(),
  resolution: z.string().nullish(),
  message: z.string().nullish(),
  type: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  flows: z
    .array(
      z.object({
        locations: z
          .array(
            z.object({
              component: z.string().nullish(),
              textRange: TextRange.nullish(),
              msg: z.string().nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});
type Issue = z.infer<typeof Issue>;

/** Its five steps are not those of others: CRITICAL is the second. */
const SEVERITIES: Record<string, Severity> = {
  BLOCKER: 'critical',
  CRITICAL: 'high',
  MAJOR: 'medium',
  MINOR: 'low',
  INFO: 'info',
};
const SETTLED: Record<string, string> = {
  'FALSE-POSITIVE': 'Marked as a false positive in SonarQube.',
  FALSE_POSITIVE: 'Marked as a false positive in SonarQube.',
  WONTFIX: 'Accepted in SonarQube.',
  ACCEPTED: 'Accepted in SonarQube.',
  FIXED: 'Fixed, as SonarQube says.',
  REMOVED: 'Fixed, as SonarQube says.',
};

const sonarqube: Importer = {
  id: 'sonarqube',
  title: 'SonarQube',
  summary: 'What `/api/issues/search` and `/api/hotspots/search` of SonarQube or SonarCloud answer.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['issues', 'component', 'rule', 'effort'], 0.85) ||
    hasSigns(head, ['json'], ['paging', 'pageSize', 'issues'], 0.85) ||
    hasSigns(head, ['json'], ['hotspots', 'securityCategory', 'vulnerabilityProbability'], 0.95),
  async *read(report, context) {
    let listed = 0;
    let total = 0;
    for await (const element of report.json('issues.*', 'hotspots.*', 'paging.total', 'total')) {
      if (element.path.at(-1) === 'total') {
        total = Math.max(total, Number(element.value) || 0);
        continue;
      }
      listed += 1;
      const at = element.path.join('.');
      if (element.path[0] === 'hotspots') {
        const hotspot = context.take(Hotspot, element);
        if (hotspot?.status === 'REVIEWED') yield { type: 'skipped', at, reason: 'Reviewed in SonarQube.' };
        else if (hotspot) yield hotspotFinding(hotspot);
        continue;
      }
      const issue = context.take(Issue, element);
      if (!issue) continue;
      const settled = SETTLED[issue.resolution ?? ''] ?? SETTLED[issue.issueStatus ?? ''];
      if (settled || issue.status === 'CLOSED')
        yield { type: 'skipped', at, reason: settled ?? 'Closed in SonarQube.' };
      else yield findingOf(issue);
    }
    tellPages(listed, total, context);
  },
};
export default sonarqube;

/** A page is no whole report, and nothing in it says so to a reader. */
function tellPages(listed: number, total: number, context: ImportContext): void {
  if (listed < total)
    context.problem(
      'paging',
      `The report holds ${listed} of ${total}: ask for the other pages and import them too.`,
    );
}

function findingOf(issue: Issue): ImportedFinding {
  const message = firstText(issue.message, issue.rule);
  const grade = SEVERITIES[issue.severity ?? ''] ?? 'medium';
  // A matter of style is not a risk, however much it is to be changed.
  const severity = issue.type === 'CODE_SMELL' && grade !== 'info' ? 'low' : grade;
  const tags = [
    ...(issue.type ? [issue.type.toLowerCase().replaceAll('_', '-')] : []),
    ...(issue.tags ?? []),
  ];
  const cwe = cweNumbers((issue.tags ?? []).filter((tag) => /^cwe-\d/i.test(tag)));
  const flow = flowOf(issue);
  const range = issue.textRange;
  const [language = '', number = issue.rule] = issue.rule.split(':');
  return {
    type: 'finding',
    rule: issue.rule,
    ruleText: {
      title: oneLine(message, 200),
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      ...(tags.length > 0 ? { tags } : {}),
      why: message,
      fix: 'See the description of the rule in SonarQube.',
      references: [
        `https://rules.sonarsource.com/${encodeURIComponent(language)}/${encodeURIComponent(number.replace(/^S(?=\d)/, 'RSPEC-'))}/`,
      ],
    },
    at: fileAt(
      pathOf(issue.component, issue.project),
      regionOf(
        range?.startLine ?? issue.line,
        columnOf(range?.startOffset),
        range?.endLine,
        columnOf(range?.endOffset),
      ),
    ),
    // The hash of the line, as SonarQube tracks it; without one the message.
    key: [firstText(issue.hash, message)],
    message: oneLine(message, 1000),
    severity,
    ...(flow.length > 0 ? { flow } : {}),
    ...(issue.key ? { toolPrints: [{ name: 'issue-key', value: issue.key }] } : {}),
  };
}

/** The longest of them, from where the data comes in: the report has it the other way round. */
function flowOf(issue: Issue): FlowStep[] {
  const locations =
    (issue.flows ?? []).map((flow) => flow.locations ?? []).sort((a, b) => b.length - a.length)[0] ?? [];
  return locations
    .slice(0, 100)
    .reverse()
    .map(({ component, textRange, msg }) => ({
      at: fileAt(pathOf(component ?? issue.component, issue.project), regionOf(textRange?.startLine)),
      note: oneLine(msg ?? '', 300),
    }));
}

/** `project:src/a.js`, where the project may have colons itself. */
function pathOf(component: string, project: string | null | undefined): string {
  if (project && component.startsWith(`${project}:`)) return component.slice(project.length + 1);
  return component.slice(component.lastIndexOf(':') + 1) || component;
}

function columnOf(offset: number | null | undefined): number | undefined {
  return offset == null ? undefined : offset + 1;
}
