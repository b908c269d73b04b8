import * as z from 'zod';
import type { Severity } from '../../model/severity.ts';
import type { Importer } from '../importer.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { inTable } from '../shared/severity.ts';
import { firstSentence } from '../shared/text.ts';

const Result = z.object({
  code: z.string().min(1),
  message: z.string(),
  file: z.string(),
  level: z.string().nullish(),
  line: z.number().nullish(),
  column: z.number().nullish(),
});

/** A linter's error is an image that may be built differently than meant: no more than medium. */
const SEVERITIES: Record<string, Severity> = { error: 'medium', warning: 'low', info: 'info', style: 'info' };

const hadolint: Importer = {
  id: 'hadolint',
  title: 'hadolint',
  summary: 'Problems in Dockerfiles of `hadolint --format json`.',
  recognise: (head) =>
    /"code"\s*:\s*"(?:DL|SC)\d+/.test(head.text)
      ? hasSigns(head, ['json'], ['file', 'level', 'line'], 0.95)
      : 0,
  holds: { json: [{ at: '', is: 'list' }] },
  async *read(report, context) {
    for await (const element of report.json('*')) {
      const result = context.take(Result, element);
      if (!result) continue;
      const { code, message } = result;
      const severity = inTable(SEVERITIES, result.level) ?? 'info';
      yield {
        type: 'finding',
        rule: code,
        ruleText: {
          title: firstSentence(message),
          severity,
          why: message,
          fix: 'Change the instruction as the page of the rule says.',
          references: [
            code.startsWith('SC')
              ? `https://www.shellcheck.net/wiki/${code}`
              : `https://github.com/hadolint/hadolint/wiki/${encodeURIComponent(code)}`,
          ],
        },
        at: fileAt(result.file, regionOf(result.line, result.column)),
        key: [message],
        message,
        severity,
        severityWord: result.level,
      };
    }
  },
};
export default hadolint;
