import * as z from 'zod';
import type { Location } from '../../model/location.ts';
import type { ImportedFinding, Importer } from '../importer.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';

const Place = z.looseObject({
  file: z.string().nullish(),
  line: z.number().nullish(),
  commit: z.string().nullish(),
  link: z.string().nullish(),
  bucket: z.string().nullish(),
  image: z.string().nullish(),
});
const Found = z.object({
  SourceMetadata: z.object({ Data: z.record(z.string(), Place.nullable()).nullish() }).nullish(),
  DetectorName: z.string().min(1),
  DetectorDescription: z.string().nullish(),
  Verified: z.boolean().nullish(),
  VerificationError: z.string().nullish(),
  Raw: z.string().nullish(),
  RawV2: z.string().nullish(),
  Redacted: z.string().nullish(),
});
type Found = z.infer<typeof Found>;
/** Lines of its log, which go to the same stream. */
const LogLine = z.object({ level: z.string(), msg: z.string() });

const trufflehog: Importer = {
  id: 'trufflehog',
  title: 'TruffleHog',
  summary: 'Secrets of `trufflehog git|filesystem --json` (version 3).',
  recognise: (head) =>
    hasSigns(head, ['jsonl', 'json'], ['SourceMetadata', 'DetectorName', 'Verified'], 0.95),
  async *read(report, context) {
    for await (const element of report.jsonLines()) {
      if (LogLine.safeParse(element.value).success) continue;
      const found = context.take(Found, element);
      if (found) yield findingOf(found);
    }
  },
};
export default trufflehog;

function findingOf(found: Found): ImportedFinding {
  const secrets = [...new Set([found.Raw, found.RawV2].filter((text) => typeof text === 'string'))].filter(
    (text) => text !== '',
  );
  const name = found.DetectorName;
  return {
    type: 'finding',
    rule: name,
    ruleText: {
      title: `Secret: ${name}`,
      severity: 'high',
      cwe: [798],
      why: found.DetectorDescription?.trim() || 'A secret stands where others can read it.',
      fix: 'Revoke the secret where it was issued, issue a new one and keep that outside of the repository.',
    },
    at: placeOf(found),
    key: [found.RawV2 || found.Raw || found.Redacted || ''],
    message: found.Verified
      ? `A secret of ${name} that works: the service accepted it.`
      : `A secret of ${name}, not tried against the service.`,
    // A secret that works is an open door.
    severity: found.Verified ? 'critical' : 'medium',
    confidence: found.Verified ? 'high' : 'medium',
    ...(found.Redacted ? { evidence: found.Redacted } : {}),
    secrets,
  };
}

function placeOf(found: Found): Location {
  const [kind = 'source', place] = Object.entries(found.SourceMetadata?.Data ?? {})[0] ?? [];
  if (place?.file) {
    const at = fileAt(place.file, regionOf(place.line));
    return place.commit ? { ...at, commit: place.commit } : at;
  }
  if (place?.link && /^https?:/.test(place.link)) return { kind: 'http', url: place.link };
  return { kind: 'resource', address: [kind, place?.bucket ?? place?.image].filter(Boolean).join(':') };
}
