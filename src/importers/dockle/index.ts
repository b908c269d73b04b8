import * as z from 'zod';
import type { Severity } from '../../model/severity.ts';
import type { ImportedFinding, Importer } from '../importer.ts';
import { hasSigns } from '../shared/recognise.ts';
import { inTable } from '../shared/severity.ts';
import { oneLine } from '../shared/text.ts';

const Detail = z.object({
  code: z.string().min(1),
  title: z.string(),
  level: z.string(),
  alerts: z.array(z.string()).nullish(),
});
type Detail = z.infer<typeof Detail>;

const SEVERITIES: Record<string, Severity> = { FATAL: 'high', WARN: 'medium', INFO: 'low' };
const NO_FAULT = new Set(['PASS', 'SKIP', 'IGNORE']);

const dockle: Importer = {
  id: 'dockle',
  title: 'Dockle',
  summary: 'Faults of container images of `dockle -f json`.',
  recognise: (head) =>
    /"code"\s*:\s*"(?:CIS-DI|DKL-)/.test(head.text)
      ? hasSigns(head, ['json'], ['summary', 'details', 'alerts'], 0.95)
      : 0,
  complete: true,
  holds: { json: [{ at: 'details', is: 'list', orNull: true }] },
  async *read(report, context) {
    let image = '';
    for await (const element of report.json('image', 'details.*')) {
      if (element.path[0] === 'image') {
        image = String(element.value);
        if (image !== '') yield { type: 'asset', name: image };
        continue;
      }
      const detail = context.take(Detail, element);
      if (!detail) continue;
      const severity = inTable(SEVERITIES, detail.level);
      const at = element.path.join('.');
      if (!severity && !NO_FAULT.has(detail.level))
        context.odd(
          at,
          `The level '${detail.level.slice(0, 40)}' is unknown: it is taken as a check that passed.`,
        );
      if (!severity) yield { type: 'skipped', at, reason: 'The check passed, or was not done.' };
      else for (const alert of detail.alerts ?? []) yield findingOf(detail, alert, image, severity);
    }
  },
};
export default dockle;

function findingOf(detail: Detail, alert: string, image: string, severity: Severity): ImportedFinding {
  return {
    type: 'finding',
    rule: detail.code,
    ruleText: {
      title: detail.title,
      severity,
      why: `${detail.title} (checkpoint ${detail.code}).`,
      fix: 'Build the image as the checkpoint asks.',
      references: [
        `https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md#${encodeURIComponent(detail.code)}`,
      ],
    },
    // Without the tag: the next build of the image is the same thing.
    at: { kind: 'resource', address: image.replace(/:[^:/]*$/, '') || 'image' },
    key: [alert],
    message: oneLine(alert, 1000),
    severity,
  };
}
