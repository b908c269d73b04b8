import * as z from 'zod';
import type { FlowStep } from '../../model/finding.ts';
import type { Severity } from '../../model/severity.ts';
import type { ImportedFinding, Importer } from '../importer.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { cweNumbers, webLinks } from '../shared/references.ts';
import { confidenceFrom } from '../shared/severity.ts';
import { codeKey, oneLine } from '../shared/text.ts';

const Warning = z.object({
  warning_type: z.string().min(1),
  warning_code: z.number().nullish(),
  fingerprint: z.string().nullish(),
  check_name: z.string().nullish(),
  message: z.string(),
  file: z.string(),
  line: z.number().nullish(),
  link: z.string().nullish(),
  code: z.string().nullish(),
  confidence: z.string().nullish(),
  render_path: z
    .array(
      z.object({
        class: z.string().nullish(),
        method: z.string().nullish(),
        line: z.number().nullish(),
        file: z.string().nullish(),
      }),
    )
    .nullish(),
  cwe_id: z.array(z.number()).nullish(),
});
type Warning = z.infer<typeof Warning>;

/** Brakeman only says how sure it is; these kinds let an attacker run code or read the database. */
const WORST =
  /command injection|remote code execution|sql injection|dangerous (?:eval|send)|deserialization/i;

const brakeman: Importer = {
  id: 'brakeman',
  title: 'Brakeman',
  summary: 'Findings in Ruby on Rails of `brakeman --format json`.',
  recognise: (head) => hasSigns(head, ['json'], ['scan_info', 'brakeman_version', 'warnings'], 0.95),
  holds: { json: [{ at: 'warnings', is: 'list' }] },
  async *read(report, context) {
    let unread = false;
    let checks: string[] | undefined;
    const parts = ['scan_info.checks_performed', 'warnings.*', 'ignored_warnings.*', 'errors.*'] as const;
    for await (const element of report.json(...parts)) {
      const at = element.path.join('.');
      if (element.path[0] === 'scan_info') {
        checks = context.take(z.array(z.string()), element);
      } else if (element.path[0] === 'errors') {
        unread = true;
        yield { type: 'skipped', at, reason: 'The tool could not read this file.' };
      } else if (element.path[0] === 'ignored_warnings') {
        yield { type: 'skipped', at, reason: 'Ignored by the configuration of the tool.' };
      } else {
        const warning = context.take(Warning, element);
        if (warning) yield findingOf(warning);
      }
    }
    // With `--test` or `--except` only some checks ran. Each has several rules, named `check/code`.
    if (!unread)
      yield {
        type: 'covered',
        at: { kind: 'everything' },
        ...(checks ? { rules: checks.map((check) => `${check}/*`) } : {}),
      };
  },
};
export default brakeman;

function findingOf(warning: Warning): ImportedFinding {
  const severity: Severity = WORST.test(warning.warning_type) ? 'high' : 'medium';
  const cwe = cweNumbers(warning.cwe_id);
  const references = webLinks(warning.link);
  const confidence = confidenceFrom(warning.confidence);
  const code = warning.code ?? '';
  return {
    type: 'finding',
    rule: `${warning.check_name ?? warning.warning_type}/${warning.warning_code ?? 0}`,
    ruleText: {
      title: warning.warning_type,
      severity,
      ...(cwe.length > 0 ? { cwe } : {}),
      why: `Brakeman reports ${warning.warning_type}: ${oneLine(warning.message, 500)}`,
      fix: 'Change the code as the page of the warning describes.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: fileAt(warning.file, regionOf(warning.line)),
    key: [codeKey(code) || warning.message],
    message: oneLine(warning.message, 1000),
    severity,
    ...(confidence ? { confidence } : {}),
    ...(code ? { evidence: code.slice(0, 4000) } : {}),
    ...flowOf(warning),
    ...(warning.fingerprint ? { toolPrints: [{ name: 'fingerprint', value: warning.fingerprint }] } : {}),
  };
}

/** How a page came to be shown: from the action of the controller through the templates to the place. */
function flowOf({ render_path: path, file, line }: Warning): { flow?: FlowStep[] } {
  const steps = (path ?? []).flatMap((step) => {
    const name = [step.class, step.method].filter(Boolean).join('#');
    return step.file
      ? [{ at: fileAt(step.file, regionOf(step.line)), note: `${name || step.file} shows it` }]
      : [];
  });
  if (steps.length === 0) return {};
  return { flow: [...steps, { at: fileAt(file, regionOf(line)), note: 'The value is put into the page.' }] };
}
