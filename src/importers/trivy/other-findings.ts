import * as z from 'zod';
import type { Excerpt } from '../../model/finding.ts';
import type { ImportedFinding } from '../importer.ts';
import { fileAt, regionOf, sourcePath } from '../shared/place.ts';
import { webLinks } from '../shared/references.ts';
import { severityFrom } from '../shared/severity.ts';
import { codeKey, firstText, oneLine } from '../shared/text.ts';

/** The result that a finding stands in. */
export interface Target {
  name: string;
  class: string;
  type: string;
}

const Code = z
  .object({ Lines: z.array(z.object({ Number: z.number(), Content: z.string() })).nullish() })
  .nullish();

export const Misconfiguration = z.object({
  ID: z.string().min(1),
  AVDID: z.string().nullish(),
  Title: z.string().nullish(),
  Description: z.string().nullish(),
  Message: z.string().nullish(),
  Resolution: z.string().nullish(),
  Severity: z.string().nullish(),
  Status: z.string().nullish(),
  PrimaryURL: z.string().nullish(),
  References: z.array(z.string()).nullish(),
  CauseMetadata: z
    .object({
      Resource: z.string().nullish(),
      StartLine: z.number().nullish(),
      EndLine: z.number().nullish(),
      Code,
    })
    .nullish(),
});

export const Secret = z.object({
  RuleID: z.string().min(1),
  Category: z.string().nullish(),
  Title: z.string().nullish(),
  Severity: z.string().nullish(),
  StartLine: z.number().nullish(),
  EndLine: z.number().nullish(),
  Match: z.string().nullish(),
});

export function misconfigurationFinding(
  found: z.infer<typeof Misconfiguration>,
  target: Target,
): ImportedFinding {
  const cause = found.CauseMetadata;
  const severity = severityFrom(found.Severity, 'medium');
  const references = webLinks(found.PrimaryURL, found.References);
  const region = regionOf(cause?.StartLine, null, cause?.EndLine);
  const excerpt = excerptOf(cause?.Code?.Lines ?? []);
  const file = sourcePath(target.name);
  const title = firstText(found.Title, found.ID);
  return {
    type: 'finding',
    rule: found.ID,
    ruleText: {
      title,
      severity,
      ...(found.AVDID && found.AVDID !== found.ID ? { tags: [found.AVDID] } : {}),
      why: firstText(found.Description, title),
      fix: firstText(found.Resolution, 'See the page of the check.'),
      ...(references.length > 0 ? { references } : {}),
    },
    at: { kind: 'resource', address: cause?.Resource || file, file, ...(region ? { region } : {}) },
    key: [found.Message ?? ''],
    message: oneLine(firstText(found.Message, title), 1000),
    severity,
    severityWord: found.Severity,
    ...(excerpt ? { excerpt } : {}),
  };
}

/** The tool has masked the secret: what is left of the line tells two of them apart. */
export function secretFinding(found: z.infer<typeof Secret>, target: Target): ImportedFinding {
  const severity = severityFrom(found.Severity, 'high');
  const title = firstText(found.Title, found.RuleID);
  return {
    type: 'finding',
    rule: found.RuleID,
    ruleText: {
      title,
      severity,
      cwe: [798],
      ...(found.Category ? { tags: [found.Category] } : {}),
      why: `A secret of the kind '${title}' stands in a file: whoever can read the file can use it.`,
      fix: 'Revoke the secret where it was issued, issue a new one and keep that outside of the file.',
    },
    at: fileAt(target.name, regionOf(found.StartLine, null, found.EndLine)),
    key: [codeKey(found.Match ?? '')],
    message: `${title} in ${sourcePath(target.name)}`,
    severity,
    severityWord: found.Severity,
    ...(found.Match ? { evidence: found.Match.slice(0, 2000) } : {}),
  };
}

function excerptOf(lines: readonly { Number: number; Content: string }[]): Excerpt | undefined {
  const first = lines[0]?.Number;
  return first !== undefined && Number.isInteger(first) && first >= 1
    ? { firstLine: first, lines: lines.slice(0, 60).map(({ Content }) => Content) }
    : undefined;
}
