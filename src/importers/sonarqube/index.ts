import * as z from 'zod';
import type { FlowStep } from '../../model/finding.ts';
import type { Location } from '../../model/location.ts';
import type { Severity } from '../../model/severity.ts';
import type { ImportContext, ImportedFinding, Importer, Report } from '../importer.ts';
import { fileAt } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers } from '../shared/references.ts';
import { inTable } from '../shared/severity.ts';
import { firstText, oneLine } from '../shared/text.ts';
import { Hotspot, hotspotFinding } from './hotspot.ts';
import { rangeOf, TextRange } from './text-range.ts';

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

const RuleName = z.object({ key: z.string(), name: z.string().min(1) });
const MAX_RULES = 20_000;

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
  holds: {
    json: [
      { at: 'issues', is: 'list' },
      { at: 'hotspots', is: 'list' },
    ],
  },
  async *read(report, context) {
    const names = await ruleNames(report);
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
        else if (hotspot) yield hotspotFinding(hotspot, names.get(hotspot.ruleKey ?? ''));
        continue;
      }
      const issue = context.take(Issue, element);
      if (!issue) continue;
      const settled = inTable(SETTLED, issue.resolution) ?? inTable(SETTLED, issue.issueStatus);
      if (settled || issue.status === 'CLOSED')
        yield { type: 'skipped', at, reason: settled ?? 'Closed in SonarQube.' };
      else yield findingOf(issue, names.get(issue.rule));
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

function findingOf(issue: Issue, name: string | undefined): ImportedFinding {
  const message = firstText(issue.message, issue.rule);
  const grade = inTable(SEVERITIES, issue.severity) ?? 'medium';
  // A matter of style is not a risk, however much it is to be changed.
  const severity = issue.type === 'CODE_SMELL' && grade !== 'info' ? 'low' : grade;
  const tags = [
    ...(issue.type ? [issue.type.toLowerCase().replaceAll('_', '-')] : []),
    ...(issue.tags ?? []),
  ];
  const cwe = cweNumbers((issue.tags ?? []).filter((tag) => /^cwe-\d/i.test(tag)));
  const flow = flowOf(issue);
  const related = relatedOf(issue);
  const [language = '', number = issue.rule] = issue.rule.split(':');
  return {
    type: 'finding',
    rule: issue.rule,
    ruleText: {
      title: oneLine(name ?? message, 200),
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      ...(tags.length > 0 ? { tags } : {}),
      why: message,
      fix: 'See the description of the rule in SonarQube.',
      references: [
        `https://rules.sonarsource.com/${encodeURIComponent(language)}/${encodeURIComponent(number.replace(/^S(?=\d)/, 'RSPEC-'))}/`,
      ],
    },
    at: fileAt(pathOf(issue.component, issue.project), rangeOf(issue.textRange, issue.line)),
    // The hash of the line, as SonarQube tracks it; without one the message.
    key: [firstText(issue.hash, message)],
    message: oneLine(message, 1000),
    severity,
    severityWord: issue.severity,
    ...(flow.length > 0 ? { flow } : {}),
    ...(related.length > 0 ? { related } : {}),
    ...(issue.key ? { toolPrints: [{ name: 'issue-key', value: issue.key }] } : {}),
  };
}

/** The longest of them, from where the data comes in: the report has it the other way round. */
function flowOf(issue: Issue): FlowStep[] {
  const locations =
    (issue.flows ?? []).map((flow) => flow.locations ?? []).sort((a, b) => b.length - a.length)[0] ?? [];
  if (locations.length < 2) return [];
  return locations
    .slice(0, 100)
    .reverse()
    .map(({ component, textRange, msg }) => ({
      at: fileAt(pathOf(component ?? issue.component, issue.project), rangeOf(textRange)),
      note: oneLine(msg ?? '', 300),
    }));
}

/** Flows of one step each are no ways of data: they are other places that belong to it. */
function relatedOf(issue: Issue): Location[] {
  return (issue.flows ?? [])
    .flatMap(({ locations }) => (locations?.length === 1 ? locations : []))
    .slice(0, 100)
    .map(({ component, textRange }) =>
      fileAt(pathOf(component ?? issue.component, issue.project), rangeOf(textRange)),
    );
}

/** Only there when it was asked for with `additionalFields=rules`, and after what the rules found. */
async function ruleNames(report: Report): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const { value } of report.json('rules.*')) {
    const rule = RuleName.safeParse(value);
    if (rule.success && names.size < MAX_RULES) names.set(rule.data.key, rule.data.name);
  }
  return names;
}

/** `project:src/a.js`, where the project may have colons itself. */
function pathOf(component: string, project: string | null | undefined): string {
  if (project && component.startsWith(`${project}:`)) return component.slice(project.length + 1);
  return component.slice(component.lastIndexOf(':') + 1) || component;
}
