import type { Location } from '../../../model/location.ts';
import type { Confidence } from '../../../model/severity.ts';
import type { BaseCtx, FindingEvent } from '../../../plugin/task.ts';
import { CREDENTIAL_CONTEXT } from './credential-context.ts';
import { type IgnoreEntry, type IgnoreList, ignoreList } from './ignore-list.ts';
import { asText, maskSecret, secretTexts } from './mask.ts';
import { type Candidate, confidenceOf } from './matcher.ts';
import type { Output, Params } from './params.ts';
import type { FoundSecret } from './scan-content.ts';

/** Where a secret was found, apart from its lines. */
export interface FoundAt {
  path: string;
  inside?: string;
  commit?: string;
}

/** True for a secret that was reported elsewhere already: nothing is counted then. */
export type IsKnown = (at: FoundAt, rule: string, value: string) => boolean;

export interface Reporter {
  /** The event of a found secret, or undefined when it is suppressed; that is counted, and logged. */
  finding(found: FoundSecret, at: FoundAt, isKnown?: IsKnown): FindingEvent<string> | undefined;
  readonly counts: { findings: number; suppressed: Output['suppressed'] };
}

const TRUST: Record<Confidence, number> = { low: 0, medium: 1, high: 2 };

export function createReporter(ctx: BaseCtx<Params>, treeIgnores: readonly IgnoreEntry[]): Reporter {
  const counts = {
    findings: 0,
    suppressed: { inline: 0, allowed: 0, 'sentinelx.yaml': 0, confidence: 0 },
  };
  const allowed = ignoreList(ctx.params.allow);
  const ignored = ignoreList(treeIgnores);
  const least = TRUST[ctx.params.minConfidence];

  function suppression(found: FoundSecret, at: FoundAt): keyof Output['suppressed'] | undefined {
    if (found.suppressedBy !== undefined) return 'inline';
    const path = at.inside === undefined ? at.path : `${at.path}/${at.inside}`;
    const fits = (list: IgnoreList) =>
      list(found.secret, at.path) || (path !== at.path && list(found.secret, path));
    if (fits(allowed)) return 'allowed';
    if (fits(ignored)) return 'sentinelx.yaml';
    return TRUST[confidenceOf(found.secret)] < least ? 'confidence' : undefined;
  }

  return {
    counts,
    finding(found, at, isKnown) {
      if (isKnown?.(at, found.secret.rule.id, identity(found.secret))) return undefined;
      const reason = suppression(found, at);
      if (reason === undefined) {
        counts.findings++;
        return findingEvent(found, at);
      }
      counts.suppressed[reason]++;
      const place = `${at.path}${at.inside ? `!${at.inside}` : ''}:${found.region.startLine}`;
      const why = reason === 'inline' ? `marked ${found.suppressedBy}` : reason;
      ctx.log(
        reason === 'confidence' ? 'debug' : 'info',
        `not reported: ${found.secret.rule.id} at ${place} (${why})`,
      );
      return undefined;
    },
  };
}

function findingEvent({ secret, region, excerpt, evidence }: FoundSecret, at: FoundAt): FindingEvent<string> {
  const { rule, verdict } = secret;
  const location: Location = { kind: 'file', path: at.path, region };
  if (at.inside !== undefined) location.inside = at.inside;
  if (at.commit !== undefined) location.commit = at.commit;
  const isSecret = rule !== CREDENTIAL_CONTEXT;
  return {
    type: 'finding',
    rule: rule.id,
    at: location,
    key: [identity(secret)],
    message: isSecret ? secretMessage(secret, at) : `${rule.text.title}: ${shortened(asText(secret.value))}`,
    confidence: confidenceOf(secret),
    ...(verdict.severity ? { severity: verdict.severity } : {}),
    ...(evidence ? { evidence } : {}),
    ...(excerpt ? { excerpt } : {}),
    ...(isSecret ? { secrets: secretTexts(secret.value) } : {}),
  };
}

function secretMessage({ rule, verdict, value }: Candidate, at: FoundAt): string {
  const note = verdict.note ? `, ${verdict.note}` : '';
  const history = at.commit ? `, added by commit ${at.commit.slice(0, 10)}` : '';
  return `${rule.text.title}: ${maskSecret(asText(value))}${note}${history}`;
}

/** The same key stays the same whatever its line ends and escapes. */
function identity({ value }: Candidate): string {
  return value.startsWith('-----BEGIN') ? value.replace(/\\+[nrt]|[\s"'`+,\\]/g, '') : asText(value);
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
