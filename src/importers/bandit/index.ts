import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { linesOf, numberedExcerpt } from '../shared/excerpt.ts';
import { secretLiterals } from '../shared/literals.ts';
import { fileAt, regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers, webLinks } from '../shared/references.ts';
import { titleOfId } from '../shared/rule-title.ts';
import { confidenceFrom, severityFrom } from '../shared/severity.ts';
import { codeKey, firstSentence } from '../shared/text.ts';

const Issue = z.object({
  test_id: z.string().min(1),
  test_name: z.string().nullish(),
  filename: z.string(),
  issue_text: z.string(),
  issue_severity: z.string().nullish(),
  issue_confidence: z.string().nullish(),
  issue_cwe: z.object({ id: z.number().nullish() }).nullish(),
  more_info: z.string().nullish(),
  code: z.string().nullish(),
  line_number: z.number().nullish(),
  line_range: z.array(z.number()).nullish(),
  col_offset: z.number().nullish(),
});
type Issue = z.infer<typeof Issue>;
const ToolError = z.object({ filename: z.string(), reason: z.string().nullish() });

const bandit: Importer = {
  id: 'bandit',
  title: 'Bandit',
  summary: 'Findings in Python of `bandit -r . -f json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['test_id', 'issue_severity', 'issue_text'], 0.95) ||
    hasSigns(head, ['json'], ['metrics', '_totals', 'CONFIDENCE.HIGH'], 0.9),
  holds: { json: [{ at: 'results', is: 'list' }] },
  async *read(report, context) {
    const unread = new Set<string>();
    const examined: string[] = [];
    for await (const element of report.json('results.*', 'errors.*', 'metrics.*')) {
      if (element.path[0] === 'metrics') {
        const file = String(element.path[1]);
        if (file !== '_totals') examined.push(sourcePath(file));
      } else if (element.path[0] === 'errors') {
        const error = context.take(ToolError, element);
        if (error) unread.add(sourcePath(error.filename));
        yield {
          type: 'skipped',
          at: element.path.join('.'),
          reason: 'The tool could not read this file.',
        };
      } else {
        const issue = context.take(Issue, element);
        if (issue) yield findingOf(issue);
      }
    }
    for (const path of examined) if (!unread.has(path)) yield { type: 'covered', at: { kind: 'file', path } };
  },
};
export default bandit;

function findingOf(issue: Issue): ImportedFinding {
  const cwe = cweNumbers(issue.issue_cwe?.id);
  const excerpt = numberedExcerpt(issue.code ?? '');
  const line = issue.line_number ?? undefined;
  const last = issue.line_range?.at(-1);
  const code = line === undefined ? '' : linesOf(excerpt, line, Math.max(line, last ?? line));
  const references = webLinks(issue.more_info);
  // The message of these rules ends in the password itself.
  const password = /^(Possible hardcoded password): '(.+)'$/s.exec(issue.issue_text);
  const text = password?.[1] ?? issue.issue_text;
  const confidence = confidenceFrom(issue.issue_confidence);
  return {
    type: 'finding',
    rule: issue.test_id,
    ruleText: {
      // `blacklist` is the name of several rules.
      title:
        issue.test_name && issue.test_name !== 'blacklist' ? titleOfId(issue.test_name) : firstSentence(text),
      severity: severityFrom(issue.issue_severity, 'medium'),
      ...(cwe.length > 0 ? { cwe } : {}),
      why: text,
      fix: 'See the page of the rule for the safe way.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: fileAt(
      issue.filename,
      regionOf(line, issue.col_offset == null ? undefined : issue.col_offset + 1, last),
    ),
    key: [codeKey(code)],
    message: text,
    severity: severityFrom(issue.issue_severity, 'medium'),
    severityWord: issue.issue_severity,
    ...(confidence ? { confidence } : {}),
    ...(code ? { evidence: code } : {}),
    ...(password ? { secrets: [password[2] ?? '', ...secretLiterals('password', code)] } : {}),
    ...(excerpt ? { excerpt } : {}),
  };
}
