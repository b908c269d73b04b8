import { createHash } from 'node:crypto';
import type { Reference } from '../../model/finding.ts';
import { cwesOf } from '../document/compliance.ts';
import type { ReportFinding } from '../model.ts';
import type { Rendering } from '../render/render-format.ts';

interface Analysis {
  state: 'in_triage' | 'exploitable' | 'not_affected' | 'resolved' | 'false_positive';
  justification?: string;
  response?: string[];
  detail?: string;
}

/** Of CycloneDX's words for why something is not affected; only those that the reasons of ours really say. */
const JUSTIFICATIONS: Record<string, string> = {
  unreachable: 'code_not_reachable',
  sanitised: 'protected_by_mitigating_control',
  'test-code': 'code_not_reachable',
};

/**
 * CycloneDX 1.6 as a VEX document: each known vulnerability (CVE, GHSA, OSV id) with what was decided about it. Findings without such
 * an id have no place in it; it says how many those are.
 */
export async function* vexReport({ snapshot, hash }: Rendering): AsyncGenerator<string> {
  const { head } = snapshot;
  const components = new Map<
    string,
    { type: 'library' | 'application'; name: string; version?: string; purl?: string }
  >();
  let without = 0;
  for await (const finding of snapshot.findings()) {
    if (vulnerabilityOf(finding) === undefined) without += 1;
    else components.set(refOf(finding), componentOf(finding, head.assets[finding.asset] ?? finding.asset));
  }
  const frame = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(hash)}`,
    version: 1,
    metadata: {
      timestamp: new Date(head.asOf).toISOString(),
      tools: { components: [{ type: 'application', name: 'SentinelX', version: head.version }] },
      properties: [
        { name: 'sentinelx:report', value: head.report },
        { name: 'sentinelx:scope', value: head.scope },
        { name: 'sentinelx:snapshot-sha256', value: hash },
        { name: 'sentinelx:findings-without-vulnerability-id', value: String(without) },
      ],
    },
    components: [...components].map(([ref, component]) => ({ ...component, 'bom-ref': ref })),
  };
  const text = JSON.stringify(frame, null, 2);
  yield `${text.slice(0, text.lastIndexOf('\n}'))},\n  "vulnerabilities": [`;
  let any = false;
  for await (const finding of snapshot.findings()) {
    const id = vulnerabilityOf(finding);
    if (!id) continue;
    const entry = {
      'bom-ref': finding.id,
      id: id.value,
      source: sourceOf(id),
      ratings: [{ severity: finding.severity, method: 'other', source: { name: finding.task } }],
      ...(cwesOf(finding, head).length > 0 ? { cwes: cwesOf(finding, head) } : {}),
      description: finding.title,
      ...(finding.message ? { detail: finding.message } : {}),
      analysis: analysisOf(finding),
      affects: [{ ref: refOf(finding) }],
    };
    yield `${any ? ',' : ''}\n${JSON.stringify(entry, null, 2).replace(/^/gm, '    ')}`;
    any = true;
  }
  yield `${any ? '\n  ' : ''}]\n}\n`;
}

export function analysisOf({
  status,
  decision,
  closed,
}: Pick<ReportFinding, 'status' | 'decision' | 'closed'>): Analysis {
  const detail = [decision?.reason, decision?.comment].filter(Boolean).join(': ');
  const told = detail ? { detail } : {};
  switch (status) {
    case 'open':
      return { state: 'in_triage' };
    case 'confirmed':
      return { state: 'exploitable', ...told };
    case 'risk-accepted':
      return { state: 'exploitable', response: ['will_not_fix'], ...told };
    case 'fixed':
      return {
        state: 'resolved',
        detail:
          closed === null
            ? 'No longer found.'
            : `No longer found since ${new Date(closed).toISOString().slice(0, 10)}.`,
      };
    case 'duplicate':
      return { state: 'false_positive', detail: 'The same as another finding.' };
    case 'false-positive': {
      const justification = JUSTIFICATIONS[decision?.reason ?? ''];
      return justification
        ? { state: 'not_affected', justification, ...told }
        : { state: 'false_positive', ...told };
    }
  }
}

function vulnerabilityOf({ about }: ReportFinding): Reference | undefined {
  return (
    about.find(({ kind }) => kind === 'cve') ??
    about.find(({ kind }) => kind === 'ghsa') ??
    about.find(({ kind }) => kind === 'osv')
  );
}

function sourceOf({ kind, value }: Reference): { name: string; url: string } {
  if (kind === 'cve')
    return { name: 'NVD', url: `https://nvd.nist.gov/vuln/detail/${encodeURIComponent(value)}` };
  return kind === 'osv'
    ? { name: 'OSV', url: `https://osv.dev/vulnerability/${encodeURIComponent(value)}` }
    : { name: 'GitHub', url: `https://github.com/advisories/${encodeURIComponent(value)}` };
}

function purlOf({ location, about }: ReportFinding): string | undefined {
  return location.kind === 'package' ? location.purl : about.find(({ kind }) => kind === 'purl')?.value;
}

function refOf(finding: ReportFinding): string {
  return purlOf(finding) ?? `asset:${finding.asset}`;
}

function componentOf(finding: ReportFinding, asset: string) {
  const purl = purlOf(finding);
  if (purl === undefined) return { type: 'application' as const, name: asset };
  const [, name = purl, version] = /^pkg:[^/]+\/(.+?)(?:@([^?#]+))?(?:[?#].*)?$/.exec(purl) ?? [];
  return {
    type: 'library' as const,
    name: decoded(name),
    ...(version ? { version: decoded(version) } : {}),
    purl,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The same snapshot has the same number (RFC 9562, version 8). */
function uuidOf(hash: string): string {
  const hex = createHash('sha256').update(`vex ${hash}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
