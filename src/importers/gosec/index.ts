import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { linesOf, numberedExcerpt } from '../shared/excerpt.ts';
import { secretLiterals } from '../shared/literals.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers, webLinks } from '../shared/references.ts';
import { confidenceFrom, severityFrom } from '../shared/severity.ts';
import { codeKey, firstSentence } from '../shared/text.ts';

const Issue = z.object({
  rule_id: z.string().min(1),
  details: z.string(),
  file: z.string(),
  severity: z.string().nullish(),
  confidence: z.string().nullish(),
  cwe: z.object({ id: z.string().nullish(), url: z.string().nullish() }).nullish(),
  code: z.string().nullish(),
  /** `24`, or `24-26`. */
  line: z.string().nullish(),
  column: z.string().nullish(),
  nosec: z.boolean().nullish(),
  suppressions: z.array(z.unknown()).nullish(),
  autofix: z.string().nullish(),
});
type Issue = z.infer<typeof Issue>;

const gosec: Importer = {
  id: 'gosec',
  title: 'gosec',
  summary: 'Findings in Go of `gosec -fmt json ./...`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['Issues', 'rule_id', 'details', 'nosec'], 0.95) ||
    hasSigns(head, ['json'], ['Golang errors', 'Issues', 'Stats'], 0.95),
  holds: { json: [{ at: 'Issues', is: 'list', orNull: true }] },
  async *read(report, context) {
    let unread = false;
    for await (const element of report.json('Issues.*', 'Golang errors.*')) {
      if (element.path[0] === 'Golang errors') {
        unread = true;
        yield {
          type: 'skipped',
          at: element.path.join('.'),
          reason: 'The tool could not build or read this package.',
        };
        continue;
      }
      const issue = context.take(Issue, element);
      if (!issue) continue;
      if (issue.nosec || (issue.suppressions?.length ?? 0) > 0)
        yield { type: 'skipped', at: element.path.join('.'), reason: 'Suppressed in the code (#nosec).' };
      else yield findingOf(issue);
    }
    // Which files belong to a package that did not build is not in the report: then it closes nothing.
    if (!unread) yield { type: 'covered', at: { kind: 'everything' } };
  },
};
export default gosec;

function findingOf(issue: Issue): ImportedFinding {
  const cwe = cweNumbers(issue.cwe?.id);
  const [from, to] = (issue.line ?? '').split('-').map(Number);
  const excerpt = numberedExcerpt(issue.code ?? '');
  const code = from ? linesOf(excerpt, from, to || from) : '';
  const references = webLinks(issue.cwe?.url);
  const confidence = confidenceFrom(issue.confidence);
  const severity = severityFrom(issue.severity, 'medium');
  return {
    type: 'finding',
    rule: issue.rule_id,
    ruleText: {
      title: firstSentence(issue.details),
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      why: issue.details,
      fix: issue.autofix?.trim() || `See the description of ${issue.rule_id} in the documentation of gosec.`,
      ...(references.length > 0 ? { references } : {}),
    },
    at: fileAt(issue.file, regionOf(from, Number(issue.column), to)),
    key: [codeKey(code) || issue.details],
    message: issue.details,
    severity,
    severityWord: issue.severity,
    ...(confidence ? { confidence } : {}),
    ...(code ? { evidence: code, secrets: secretLiterals(issue.details, code) } : {}),
    ...(excerpt ? { excerpt } : {}),
  };
}
