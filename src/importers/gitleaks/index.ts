import * as z from 'zod';
import type { ImportedFinding, Importer } from '../importer.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { titleOfId } from '../shared/rule-title.ts';

const Leak = z.object({
  RuleID: z.string().min(1),
  Description: z.string().nullish(),
  File: z.string(),
  Secret: z.string().nullish(),
  Match: z.string().nullish(),
  Commit: z.string().nullish(),
  StartLine: z.number().nullish(),
  EndLine: z.number().nullish(),
  StartColumn: z.number().nullish(),
  EndColumn: z.number().nullish(),
  Tags: z.array(z.string()).nullish(),
});
type Leak = z.infer<typeof Leak>;

const gitleaks: Importer = {
  id: 'gitleaks',
  title: 'Gitleaks',
  summary: 'Secrets of `gitleaks git|dir --report-format json`.',
  recognise: (head) => hasSigns(head, ['json'], ['RuleID', 'Secret', 'StartLine', 'Fingerprint'], 0.95),
  holds: { json: [{ at: '', is: 'list', orNull: true }] },
  async *read(report, context) {
    const kinds = new Set<'history' | 'files'>();
    for await (const element of report.json('*')) {
      const leak = context.take(Leak, element);
      if (!leak) continue;
      kinds.add(leak.Commit ? 'history' : 'files');
      yield findingOf(leak);
    }
    // It looks at the history or at the files, and only its findings tell at which: no finding tells nothing.
    if (kinds.has('history')) yield { type: 'covered', at: { kind: 'history' } };
    if (kinds.has('files')) yield { type: 'covered', at: { kind: 'tree', path: '', except: [] } };
  },
};
export default gitleaks;

function findingOf(leak: Leak): ImportedFinding {
  const secret = leak.Secret ?? '';
  // With `--redact` the report has no secret: then the place in the file must tell them apart.
  const hidden = secret === '' || secret === 'REDACTED' || /\.\.\.$/.test(secret);
  const place = fileAt(leak.File, regionOf(leak.StartLine, leak.StartColumn, leak.EndLine, leak.EndColumn));
  return {
    type: 'finding',
    rule: leak.RuleID,
    ruleText: {
      title: titleOfId(leak.RuleID),
      severity: 'high',
      cwe: [798],
      ...(leak.Tags && leak.Tags.length > 0 ? { tags: leak.Tags } : {}),
      why: leak.Description?.trim() || 'A secret stands in the code: whoever can read the code can use it.',
      fix: 'Revoke the secret where it was issued, issue a new one and keep that outside of the repository.',
    },
    at: leak.Commit ? { ...place, commit: leak.Commit } : place,
    key: [hidden ? (leak.Match ?? '') : secret],
    message: `${titleOfId(leak.RuleID)} in ${place.path}`,
    ...(leak.Match ? { evidence: leak.Match } : {}),
    ...(hidden ? {} : { secrets: [secret] }),
  };
}
