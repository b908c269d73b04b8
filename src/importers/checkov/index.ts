import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { plainPath } from '../paths.ts';
import type { Roots } from '../roots.ts';
import { regionOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText } from '../shared/text.ts';
import { createLooked, fileOf, isSecret, Place } from './looked.ts';
import { packageFinding, VulnerabilityDetails } from './package-finding.ts';

const Check = Place.extend({
  check_name: z.string().nullish(),
  severity: z.string().nullish(),
  guideline: z.unknown().optional(),
  description: z.string().nullish(),
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
  holds: {
    json: [
      { at: 'results.failed_checks', is: 'list' },
      { at: 'passed', is: 'anything' },
      { at: '', is: 'list' },
    ],
  },
  async *read(report, context) {
    const kinds = ['failed_checks', 'passed_checks', 'skipped_checks', 'parsing_errors'];
    // One framework is an object, several are a list of them.
    const paths = kinds.flatMap((kind) => [`results.${kind}.*`, `*.results.${kind}.*`]);
    const looked = createLooked(context.roots);
    for await (const element of report.json(...paths)) {
      const kind = element.path.at(-2);
      const at = element.path.join('.');
      if (kind === 'parsing_errors') {
        if (typeof element.value === 'string') looked.failedAt(element.value);
        yield { type: 'skipped', at, reason: 'The tool could not parse this file.' };
        continue;
      }
      const check = kind === 'failed_checks' ? context.take(Check, element) : undefined;
      const place = Place.safeParse(element.value).data;
      if (place) looked.at(place);
      if (kind === 'skipped_checks')
        yield { type: 'skipped', at, reason: 'Suppressed in the code (checkov:skip).' };
      else if (check) yield findingOf(check, context.roots);
    }
    yield* looked.covered();
  },
};
export default checkov;

function findingOf(check: Check, roots: Roots): ImportedFinding {
  const file = fileOf(check, roots);
  if (check.vulnerability_details) return packageFinding(check.vulnerability_details, file);
  const [from, to] = check.file_line_range ?? [];
  const severity = severityFrom(check.severity, 'medium');
  const references = webLinks(check.guideline);
  const secret = isSecret(check.check_id);
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
          address: addressOf(check, roots.relative(file)),
          file,
          ...(region ? { region } : {}),
        },
    // For secrets `resource` is a hash of the secret.
    key: [secret ? (check.resource ?? '') : ''],
    message: `${title}: failed for ${check.resource || file}`,
    severity,
    severityWord: check.severity,
    ...(lines.length > 0 && lines[0]![0] >= 1
      ? { excerpt: { firstLine: lines[0]![0], lines: lines.map(([, text]) => text.replace(/\r?\n$/, '')) } }
      : {}),
  };
}

/** What has no name of its own is called by its file as the tool sees it: `/Dockerfile.FROM`. */
function addressOf({ resource_address, resource, file_path }: Check, file: string): string {
  const address = resource_address || resource || file;
  return address.startsWith(`${file_path}.`)
    ? `/${plainPath(file)}${address.slice(file_path.length)}`
    : address;
}
