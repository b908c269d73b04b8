import * as z from 'zod';
import type { FlowStep } from '../../model/finding.ts';
import type { Severity } from '../../model/severity.ts';
import type { ImportedFinding, Importer } from '../importer.ts';
import { secretLiterals } from '../shared/literals.ts';
import { fileAt, regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers, webLinks } from '../shared/references.ts';
import { titleOfId } from '../shared/rule-title.ts';
import { confidenceFrom, severityFrom } from '../shared/severity.ts';
import { codeKey } from '../shared/text.ts';
import { flowOf } from './flow.ts';

/** What the open edition writes where it keeps something for itself. */
const WITHHELD = 'requires login';

const Position = z.object({ line: z.number(), col: z.number().optional() });
const Result = z.object({
  check_id: z.string().min(1),
  path: z.string(),
  start: Position,
  end: Position,
  extra: z.object({
    message: z.string().nullish(),
    severity: z.string().nullish(),
    lines: z.string().nullish(),
    fix: z.string().nullish(),
    fingerprint: z.string().nullish(),
    is_ignored: z.boolean().nullish(),
    dataflow_trace: z.unknown().optional(),
    metadata: z
      .looseObject({
        cwe: z.unknown().optional(),
        owasp: z.unknown().optional(),
        references: z.unknown().optional(),
        source: z.unknown().optional(),
        confidence: z.unknown().optional(),
      })
      .nullish(),
  }),
});
type Result = z.infer<typeof Result>;
const ToolError = z.object({ path: z.string().nullish(), message: z.string().nullish() });

const semgrep: Importer = {
  id: 'semgrep',
  title: 'Semgrep',
  summary: 'Findings of `semgrep scan --json`; flows with `--dataflow-traces`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['check_id', 'extra', 'path']) ||
    hasSigns(head, ['json'], ['results', 'errors', 'paths', 'scanned'], 0.8),
  holds: { json: [{ at: 'results', is: 'list' }] },
  async *read(report, context) {
    const scanned = new Set<string>();
    const unread = new Set<string>();
    for await (const element of report.json('results.*', 'errors.*', 'paths.scanned.*')) {
      const at = element.path.join('.');
      if (element.path[0] === 'errors') {
        const error = context.take(ToolError, element);
        if (error?.path) unread.add(sourcePath(error.path));
        yield { type: 'skipped', at, reason: 'The tool could not fully read this file.' };
      } else if (element.path[0] === 'paths') {
        if (typeof element.value === 'string') scanned.add(sourcePath(element.value));
      } else {
        const result = context.take(Result, element);
        if (!result) continue;
        if (result.extra.is_ignored)
          yield { type: 'skipped', at, reason: 'Ignored in the code (nosemgrep).' };
        else yield findingOf(result);
      }
    }
    for (const path of scanned) if (!unread.has(path)) yield { type: 'covered', at: { kind: 'file', path } };
  },
};
export default semgrep;

function findingOf({ check_id, path, start, end, extra }: Result): ImportedFinding {
  const { metadata } = extra;
  const cwe = cweNumbers(metadata?.cwe);
  const tags = [metadata?.owasp].flat().filter((tag) => typeof tag === 'string');
  const references = webLinks(metadata?.references, metadata?.source);
  const message = extra.message?.trim() || titleOfId(check_id);
  const code = known(extra.lines);
  const fingerprint = known(extra.fingerprint);
  const confidence = confidenceFrom(
    typeof metadata?.confidence === 'string' ? metadata.confidence : undefined,
  );
  const flow: FlowStep[] = flowOf(extra.dataflow_trace);
  const severity = severityOf(extra.severity);
  return {
    type: 'finding',
    rule: check_id,
    ruleText: {
      title: titleOfId(check_id),
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      ...(tags.length > 0 ? { tags } : {}),
      why: message,
      fix: extra.fix ? `Semgrep suggests: ${extra.fix}` : 'See the message and the links of the rule.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: fileAt(path, regionOf(start.line, start.col, end.line, end.col)),
    key: code === undefined ? [message, extra.fix ?? ''] : [codeKey(code)],
    message,
    severity,
    severityWord: extra.severity,
    ...(confidence ? { confidence } : {}),
    ...(code === undefined ? {} : { evidence: code, secrets: secretLiterals(check_id, code) }),
    ...(flow.length > 0 ? { flow } : {}),
    ...(fingerprint === undefined ? {} : { toolPrints: [{ name: 'match-based-id', value: fingerprint }] }),
  };
}

/** Semgrep's own scale: ERROR is its 'high', INFO its 'low'. */
function severityOf(word: string | null | undefined): Severity {
  return word?.toUpperCase() === 'INFO' ? 'low' : severityFrom(word, 'medium');
}

function known(text: string | null | undefined): string | undefined {
  return text && text !== WITHHELD ? text : undefined;
}
