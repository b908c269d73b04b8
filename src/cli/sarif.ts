import type { Location, Region } from '../model/location.ts';
import { type RuleText, ruleTags } from '../model/rule.ts';
import type { Severity } from '../model/severity.ts';
import type { AnyTask } from '../plugin/task.ts';
import type { Store } from '../store/store.ts';
import type { RunFinding, RunReport } from './run.ts';

const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};
/** GitHub's `security-severity`: 9.0 and more is critical, 7.0 high, 4.0 medium. */
const SCORES: Record<Severity, string> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
};

/** The run as SARIF 2.1.0 (OASIS standard, errata 01): paths relative to the scanned root, secrets masked as stored. */
export async function sarifLog(
  store: Store,
  task: AnyTask,
  report: RunReport,
  version: string,
): Promise<Record<string, unknown>> {
  const used = [...new Set(report.findings.map((finding) => finding.rule))].sort();
  const announced = await store.db.selectFrom('rule').selectAll().where('task', '=', task.id).execute();
  const texts = new Map<string, RuleText>(announced.map((row) => [row.id, JSON.parse(row.text)]));
  const prints = await fingerprints(store, report.run.id);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'SentinelX',
            version,
            semanticVersion: version,
            rules: used.map((id) => ruleOf(id, texts.get(id))),
          },
        },
        automationDetails: { id: `${task.id}/${report.run.id}` },
        originalUriBaseIds: { SCANROOT: { description: { text: 'The folder that was scanned.' } } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: report.run.status === 'done' || report.run.status === 'partial',
            startTimeUtc: new Date(report.run.started ?? report.run.created).toISOString(),
            ...(report.run.ended ? { endTimeUtc: new Date(report.run.ended).toISOString() } : {}),
            toolExecutionNotifications: report.problems.map((problem) => ({
              level: 'warning',
              message: { text: `${problem.at}: ${problem.message}` },
              descriptor: { id: problem.code },
            })),
          },
        ],
        results: report.findings.map((finding) =>
          resultOf(finding, used.indexOf(finding.rule), prints.get(finding.id) ?? {}),
        ),
      },
    ],
  };
}

function ruleOf(id: string, text: RuleText | undefined) {
  if (!text) return { id };
  return {
    id,
    name: id,
    shortDescription: { text: text.title },
    fullDescription: { text: text.why },
    help: { text: text.fix },
    defaultConfiguration: { level: LEVELS[text.severity] },
    properties: { tags: ['security', ...ruleTags(text)], 'security-severity': SCORES[text.severity] },
  };
}

function resultOf(finding: RunFinding, ruleIndex: number, partialFingerprints: Record<string, string>) {
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [locationOf(finding.location)],
    partialFingerprints,
    baselineState: finding.change === 'new' ? 'new' : 'unchanged',
    properties: {
      severity: finding.severity,
      confidence: finding.confidence,
      status: finding.status,
      id: finding.id,
    },
  };
}

function locationOf(at: Location): Record<string, unknown> {
  switch (at.kind) {
    case 'file':
      return {
        physicalLocation: {
          artifactLocation: { uri: uriOf(at.path), uriBaseId: 'SCANROOT' },
          ...regionOf(at.region),
        },
        ...(at.inside === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: at.inside }] }),
      };
    case 'binary':
      return {
        physicalLocation: {
          artifactLocation: { uri: uriOf(at.path), uriBaseId: 'SCANROOT' },
          ...(at.offset === undefined ? {} : { region: { byteOffset: at.offset } }),
        },
      };
    case 'http':
      return { physicalLocation: { artifactLocation: { uri: at.url } } };
    default:
      return { logicalLocations: [{ fullyQualifiedName: JSON.stringify(at) }] };
  }
}

function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function regionOf(region: Region | undefined) {
  return region ? { region } : {};
}

async function fingerprints(store: Store, run: string): Promise<Map<string, Record<string, string>>> {
  const rows = await store.db
    .selectFrom('occurrence as o')
    .innerJoin('finding_fingerprint as p', 'p.finding', 'o.finding')
    .select(['o.finding', 'p.kind', 'p.version', 'p.value'])
    .where('o.run', '=', run)
    .execute();
  const all = new Map<string, Record<string, string>>();
  for (const row of rows)
    all.set(row.finding, {
      ...all.get(row.finding),
      [`${row.kind}/v${row.version}`]: Buffer.from(row.value).toString('hex'),
    });
  return all;
}
