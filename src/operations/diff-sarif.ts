import type { DiffSection } from '../model/diff-section.ts';
import type { FindingSummary } from '../model/finding.ts';
import { LEVELS } from '../reports/sarif.ts';
import { sarifLocations } from '../reports/sarif-location.ts';
import type { DiffDocument } from './diff-document.ts';

/** `baselineState` of SARIF 2.1.0 (OASIS, section 3.27.24). What was not looked at is no result of the newer side, and is left out. */
const STATES: Partial<Record<DiffSection, string>> = {
  new: 'new',
  changed: 'updated',
  still: 'unchanged',
  fixed: 'absent',
};
const RESULTS = '"@results"';

/** The newer side as SARIF 2.1.0, each result with its state against the older one. */
export async function* sarifDiff({ from, to, counts, version, every }: DiffDocument): AsyncGenerator<string> {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'SentinelX', semanticVersion: version } },
        automationDetails: { id: `diff/${from}/${to}` },
        originalUriBaseIds: { SCANROOT: { description: { text: 'The folder that was scanned.' } } },
        columnKind: 'utf16CodeUnits',
        properties: {
          from,
          to,
          notLookedAt: counts['not-looked-at'].total,
          dismissed: counts.dismissed.total,
        },
        results: '@results',
      },
    ],
  };
  const frame = JSON.stringify(log);
  const at = frame.lastIndexOf(RESULTS);
  yield `${frame.slice(0, at)}[`;
  let first = true;
  for (const section of ['new', 'changed', 'still', 'fixed'] as const)
    for await (const { finding } of every(section)) {
      yield `${first ? '' : ','}\n${JSON.stringify(result(finding, STATES[section] ?? ''))}`;
      first = false;
    }
  yield `]${frame.slice(at + RESULTS.length)}\n`;
}

function result(finding: FindingSummary, baselineState: string): object {
  return {
    ruleId: finding.rule,
    level: LEVELS[finding.severity],
    baselineState,
    message: { text: finding.message },
    locations: sarifLocations(finding.location, (region) => region),
    properties: {
      id: finding.id,
      task: finding.task,
      severity: finding.severity,
      confidence: finding.confidence,
      status: finding.status,
    },
  };
}
