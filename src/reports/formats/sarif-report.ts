import { isOpenStatus, type ReportFinding, ruleKey } from '../model.ts';
import type { Rendering } from '../render/render-format.ts';
import { indented, LEVELS, sarifRule, withSnippet } from '../sarif.ts';
import { sarifLocations } from '../sarif-location.ts';

const RESULTS = '"@results"';

/** SARIF 2.1.0, one run whose rules are named `tool/rule`: findings of several tools stand in it, each with who found it. */
export async function* sarifReport({ snapshot, hash }: Rendering): AsyncGenerator<string> {
  const { head } = snapshot;
  const keys = Object.keys(head.rules).sort();
  const indexOf = new Map(keys.map((key, index) => [key, index]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'SentinelX',
            semanticVersion: head.version,
            rules: keys.map((key) => sarifRule(key, head.rules[key])),
          },
        },
        automationDetails: { id: `report/${head.report}` },
        originalUriBaseIds: { SCANROOT: { description: { text: 'The folder that was scanned.' } } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: head.problems.length === 0,
            endTimeUtc: new Date(head.asOf).toISOString(),
            toolExecutionNotifications: head.problems.map((text) => ({
              level: 'warning',
              message: { text },
            })),
          },
        ],
        properties: { report: head.report, title: head.title, scope: head.scope, snapshotSha256: hash },
        results: '@results',
      },
    ],
  };
  const frame = JSON.stringify(log, null, 2);
  const at = frame.lastIndexOf(RESULTS);
  yield `${frame.slice(0, at)}[`;
  let any = false;
  for await (const finding of snapshot.findings()) {
    yield `${any ? ',' : ''}\n${indented(JSON.stringify(result(finding, indexOf), null, 2), 8)}`;
    any = true;
  }
  yield `${any ? '\n      ' : ''}]${frame.slice(at + RESULTS.length)}\n`;
}

const BASELINE: Record<string, string> = {
  new: 'new',
  reopened: 'new',
  changed: 'updated',
  open: 'unchanged',
  fixed: 'absent',
  gone: 'absent',
};

function result(finding: ReportFinding, indexOf: ReadonlyMap<string, number>): object {
  const { excerpt, decision } = finding;
  const index = indexOf.get(ruleKey(finding));
  const open = isOpenStatus(finding.status);
  return {
    ruleId: ruleKey(finding),
    ...(index === undefined ? {} : { ruleIndex: index }),
    kind: finding.status === 'fixed' ? 'pass' : 'fail',
    level: finding.status === 'fixed' ? 'none' : LEVELS[finding.severity],
    message: { text: finding.message || finding.title },
    locations: sarifLocations(finding.location, (region) => withSnippet(region, excerpt)),
    ...(Object.keys(finding.prints).length > 0 ? { partialFingerprints: finding.prints } : {}),
    ...(finding.change ? { baselineState: BASELINE[finding.change] } : {}),
    ...(open || finding.status === 'fixed'
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: [finding.status, decision?.reason, decision?.comment].filter(Boolean).join(': '),
            },
          ],
        }),
    properties: {
      id: finding.id,
      severity: finding.severity,
      confidence: finding.confidence,
      status: finding.status,
      tool: finding.task,
      firstSeen: finding.firstSeen === 0 ? undefined : new Date(finding.firstSeen).toISOString(),
      tags: finding.about.map(({ value }) => value),
    },
  };
}
