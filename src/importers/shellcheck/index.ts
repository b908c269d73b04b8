import * as z from 'zod';
import type { Severity } from '../../model/severity.ts';
import type { ImportedFinding, Importer } from '../importer.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { inTable } from '../shared/severity.ts';
import { firstSentence } from '../shared/text.ts';

const Comment = z.object({
  file: z.string(),
  code: z.number(),
  message: z.string(),
  level: z.string().nullish(),
  line: z.number().nullish(),
  column: z.number().nullish(),
  endLine: z.number().nullish(),
  endColumn: z.number().nullish(),
});

/** A linter's error is a script that may do something else than meant: no more than medium. */
const SEVERITIES: Record<string, Severity> = { error: 'medium', warning: 'low', info: 'info', style: 'info' };

const shellcheck: Importer = {
  id: 'shellcheck',
  title: 'ShellCheck',
  summary: 'Problems in shell scripts of `shellcheck -f json` or `-f json1`.',
  recognise: (head) =>
    /"code"\s*:\s*\d/.test(head.text)
      ? hasSigns(head, ['json'], ['file', 'endLine', 'endColumn', 'level', 'fix'], 0.95)
      : 0,
  holds: {
    json: [
      { at: 'comments', is: 'list' },
      { at: '', is: 'list' },
    ],
  },
  async *read(report, context) {
    let listed = false;
    for await (const element of report.json('comments.*')) {
      listed = true;
      const comment = context.take(Comment, element);
      if (comment) yield findingOf(comment);
    }
    if (listed) return;
    // The older format is a bare list.
    for await (const element of report.json('*')) {
      if (element.path[0] === 'comments') continue;
      const comment = context.take(Comment, element);
      if (comment) yield findingOf(comment);
    }
  },
};
export default shellcheck;

function findingOf(comment: z.infer<typeof Comment>): ImportedFinding {
  const { code, message, line, column, endLine, endColumn } = comment;
  const severity = inTable(SEVERITIES, comment.level) ?? 'info';
  return {
    type: 'finding',
    rule: `SC${code}`,
    ruleText: {
      title: firstSentence(message),
      severity,
      why: message,
      fix: 'Change the command as the page of the rule says.',
      references: [`https://www.shellcheck.net/wiki/SC${code}`],
    },
    at: fileAt(comment.file, regionOf(line, column, endLine, endColumn)),
    key: [message],
    message,
    severity,
    severityWord: comment.level,
  };
}
