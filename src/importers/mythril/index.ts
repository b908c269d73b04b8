import * as z from 'zod';
import type { ImportedFinding, Importer, JsonElement, Report } from '../importer.ts';
import { regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { severityFrom } from '../shared/severity.ts';
import { codeKey, firstSentence, oneLine } from '../shared/text.ts';

const Issue = z.object({
  title: z.string().min(1),
  'swc-id': z.string().nullish(),
  contract: z.string().nullish(),
  function: z.string().nullish(),
  filename: z.string().nullish(),
  lineno: z.number().nullish(),
  code: z.string().nullish(),
  description: z.string().nullish(),
  severity: z.string().nullish(),
});
type Issue = z.infer<typeof Issue>;
/** The format of its service, `-o jsonv2`: places are offsets in the byte code or the source. */
const ServiceIssue = z.object({
  swcID: z.string().nullish(),
  swcTitle: z.string().nullish(),
  severity: z.string().nullish(),
  description: z.object({ head: z.string().nullish(), tail: z.string().nullish() }).nullish(),
  locations: z.array(z.object({ sourceMap: z.string().nullish() })).nullish(),
});

const mythril: Importer = {
  id: 'mythril',
  title: 'Mythril',
  summary: 'Findings in Solidity and byte code of `myth analyze … -o json` or `-o jsonv2`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['swc-id', 'tx_sequence', 'min_gas_used'], 0.95) ||
    hasSigns(head, ['json'], ['swcID', 'swcTitle'], 0.95),
  holds: {
    json: [
      { at: 'issues', is: 'list' },
      { at: '', is: 'list' },
    ],
  },
  async *read(report, context) {
    const list = await sourcesOf(report);
    for await (const element of report.json('success', 'issues.*', '*.issues.*')) {
      if (element.path[0] === 'success') {
        if (element.value === false)
          context.problem('success', 'Mythril itself failed: the report is not complete.');
        continue;
      }
      if (typeof element.path[0] === 'number' || isService(element)) {
        const issue = context.take(ServiceIssue, element);
        if (!issue) continue;
        const text = `${issue.description?.head ?? ''} ${issue.description?.tail ?? ''}`.trim();
        yield findingOf(
          {
            title: issue.swcTitle || issue.swcID || 'Unknown weakness',
            'swc-id': issue.swcID?.replace(/^SWC-/, ''),
            description: text,
            severity: issue.severity,
          },
          list[0] ?? 'bytecode',
        );
      } else {
        const issue = context.take(Issue, element);
        if (issue) yield findingOf(issue, issue.filename || issue.contract || 'bytecode');
      }
    }
  },
};
export default mythril;

function findingOf(issue: Issue, file: string): ImportedFinding {
  const swc = issue['swc-id'];
  const severity = severityFrom(issue.severity, 'medium');
  const region = regionOf(issue.lineno);
  const text = issue.description?.trim() || issue.title;
  // 'fallback' and the like are names; MAIN and the empty name stand for the whole contract.
  const called = issue.function && issue.function !== 'MAIN' ? issue.function : undefined;
  const references = swc && /^\d+$/.test(swc) ? [`https://swcregistry.io/docs/SWC-${swc}/`] : [];
  return {
    type: 'finding',
    // Several detectors share one number of the SWC registry.
    rule: swc ? `SWC-${swc}/${issue.title}` : issue.title,
    ruleText: {
      title: issue.title,
      severity,
      ...(swc ? { tags: [`SWC-${swc}`] } : {}),
      why: text,
      fix: 'Change the contract as the entry of the weakness describes.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: {
      kind: 'contract',
      file: sourcePath(file),
      ...(called ? { function: called } : {}),
      ...(region ? { region } : {}),
    },
    key: [issue.contract ?? '', codeKey(issue.code ?? ''), issue.code ? '' : text],
    message: `${issue.title}: ${firstSentence(text, 400)}`,
    severity,
    severityWord: issue.severity,
    ...(issue.code ? { evidence: oneLine(issue.code, 2000) } : {}),
  };
}

async function sourcesOf(report: Report): Promise<string[]> {
  const list: string[] = [];
  for await (const { value } of report.json('sourceList.*', '*.sourceList.*'))
    if (typeof value === 'string' && list.length < 10) list.push(value);
  return list;
}

function isService({ value }: JsonElement): boolean {
  return typeof value === 'object' && value !== null && 'swcID' in value;
}
