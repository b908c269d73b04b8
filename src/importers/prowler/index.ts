import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { hasSigns } from '../shared/recognise.ts';
import { webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { firstText, oneLine } from '../shared/text.ts';

/** The Open Cybersecurity Schema Framework (OCSF), class 'detection finding', as Prowler fills it. */
const Detection = z.object({
  severity: z.string().nullish(),
  status: z.string().nullish(),
  status_code: z.string().nullish(),
  status_detail: z.string().nullish(),
  message: z.string().nullish(),
  metadata: z.object({ event_code: z.string().min(1) }),
  finding_info: z.object({ title: z.string().nullish(), desc: z.string().nullish() }).nullish(),
  risk_details: z.string().nullish(),
  remediation: z.object({ desc: z.string().nullish(), references: z.array(z.string()).nullish() }).nullish(),
  resources: z
    .array(z.object({ uid: z.string().nullish(), name: z.string().nullish(), region: z.string().nullish() }))
    .nullish(),
  cloud: z.object({ account: z.object({ uid: z.string().nullish() }).nullish() }).nullish(),
});
type Detection = z.infer<typeof Detection>;

const prowler: Importer = {
  id: 'prowler',
  title: 'Prowler',
  summary: 'Failed checks of cloud accounts of `prowler … -M json-ocsf`.',
  recognise: (head) =>
    /"name"\s*:\s*"Prowler"/.test(head.text)
      ? hasSigns(head, ['json'], ['event_code', 'finding_info', 'status_code'], 0.95)
      : 0,
  holds: { json: [{ at: '', is: 'list' }] },
  async *read(report, context) {
    for await (const element of report.json('*')) {
      const found = context.take(Detection, element);
      if (!found) continue;
      const at = element.path.join('.');
      if (found.status_code === 'PASS') yield { type: 'skipped', at, reason: 'The check passed.' };
      else if (found.status_code === 'MANUAL')
        yield { type: 'skipped', at, reason: 'The check is to be done by a person.' };
      else if (found.status === 'Suppressed') yield { type: 'skipped', at, reason: 'Muted in the tool.' };
      else yield findingOf(found);
    }
  },
};
export default prowler;

function findingOf(found: Detection): ImportedFinding {
  const rule = found.metadata.event_code;
  const resource = found.resources?.[0];
  const severity = severityFrom(found.severity, 'medium');
  const title = firstText(found.finding_info?.title, rule);
  const references = webLinks(found.remediation?.references);
  const address = firstText(resource?.uid, resource?.name, found.cloud?.account?.uid, 'account');
  return {
    type: 'finding',
    rule,
    ruleText: {
      title: oneLine(title, 200),
      severity,
      why: firstText(found.risk_details, found.finding_info?.desc, title),
      fix: firstText(found.remediation?.desc, 'See the page of the check.'),
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'resource', address },
    // Resources of some services have the same name in every region.
    key: [resource?.region ?? ''],
    message: oneLine(firstText(found.status_detail, found.message, title), 1000),
    severity,
    severityWord: found.severity,
  };
}
