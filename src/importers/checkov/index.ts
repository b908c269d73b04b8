import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText } from '../shared/text.ts';
import { packageFinding, VulnerabilityDetails } from './package-finding.ts';

const Check = z.object({
  check_id: z.string().min(1),
  check_name: z.string().nullish(),
  severity: z.string().nullish(),
  guideline: z.unknown().optional(),
  description: z.string().nullish(),
  file_path: z.string(),
  file_line_range: z.array(z.number()).nullish(),
  resource: z.string().nullish(),
  resource_address: z.string().nullish(),
  code_block: z.array(z.tuple([z.number(), z.string()])).nullish(),
  check_result: z
    .object({
      result: z.string().nullish(),
      suppress_comment: z.string().nullish(),
      evaluated_keys: z.unknown().optional(),
    })
    .nullish(),
  vulnerability_details: VulnerabilityDetails.nullish(),
});
type Check = z.infer<typeof Check>;

const checkov: Importer = {
  id: 'checkov',
  title: 'Checkov',
  summary: 'Findings in infrastructure code of `checkov -d . -o json`.',
  recognise: (head) =>
    hasSigns(head, ['json'], ['check_type', 'results', 'check_id', 'check_class'], 0.95) ||
    hasSigns(head, ['json'], ['failed', 'parsing_errors', 'resource_count', 'checkov_version'], 0.9),
  async *read(report, context) {
    const kinds = ['failed_checks', 'skipped_checks', 'parsing_errors'];
    // One framework is an object, several are a list of them.
    const paths = kinds.flatMap((kind) => [`results.${kind}.*`, `*.results.${kind}.*`]);
    let unread = false;
    for await (const element of report.json(...paths)) {
      const kind = element.path.at(-2);
      const at = element.path.join('.');
      if (kind === 'parsing_errors') {
        unread = true;
        yield { type: 'skipped', at, reason: 'The tool could not parse this file.' };
      } else if (kind === 'skipped_checks') {
        yield { type: 'skipped', at, reason: 'Suppressed in the code (checkov:skip).' };
      } else {
        const check = context.take(Check, element);
        if (check) yield findingOf(check);
      }
    }
    // Which frameworks found nothing is not in the report, and files that it could not parse may hold anything.
    if (!unread) yield { type: 'covered', at: { kind: 'everything' } };
  },
};
export default checkov;

function findingOf(check: Check): ImportedFinding {
  if (check.vulnerability_details) return packageFinding(check.vulnerability_details, check);
  const file = sourcePath(check.file_path);
  const [from, to] = check.file_line_range ?? [];
  const severity = severityFrom(check.severity, 'medium');
  const references = webLinks(check.guideline);
  const secret = check.check_id.startsWith('CKV_SECRET');
  const region = regionOf(from, null, to);
  const lines = secret ? [] : (check.code_block ?? []).slice(0, 60);
  const title = firstText(check.check_name, check.check_id);
  return {
    type: 'finding',
    rule: check.check_id,
    ruleText: {
      title,
      severity,
      ...(secret ? { cwe: [798] } : {}),
      // The open edition gives no severity.
      ...(check.severity ? {} : { tags: ['severity-not-given'] }),
      why: firstText(check.description, `${title}.`),
      fix: 'Change the resource so that the check passes; its guideline says how.',
      ...(references.length > 0 ? { references } : {}),
    },
    at: secret
      ? { kind: 'file', path: file, ...(region ? { region } : {}) }
      : {
          kind: 'resource',
          address: check.resource_address || check.resource || file,
          file,
          ...(region ? { region } : {}),
        },
    // For secrets `resource` is a hash of the secret.
    key: [secret ? (check.resource ?? '') : ''],
    message: `${title}: failed for ${check.resource || file}`,
    severity,
    ...(lines.length > 0 && lines[0]![0] >= 1
      ? { excerpt: { firstLine: lines[0]![0], lines: lines.map(([, text]) => text.replace(/\r?\n$/, '')) } }
      : {}),
  };
}
