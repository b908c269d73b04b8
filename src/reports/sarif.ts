import type { Kysely } from 'kysely';
import type { Excerpt } from '../model/finding.ts';
import type { Region } from '../model/location.ts';
import { type RuleText, ruleTags } from '../model/rule.ts';
import type { Problem, Run } from '../model/run.ts';
import type { Severity } from '../model/severity.ts';
import type { Database } from '../store/schema.ts';
import { isOpen, type RunFinding } from './run-findings.ts';
import { sarifLocations } from './sarif-location.ts';

export const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};
/** GitHub's `security-severity`: over 9.0 is critical, from 7.0 high, from 4.0 medium. */
const SCORES: Record<Severity, string> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
};

export interface SarifRun {
  run: Run;
  /** In the order in which they are to stand. */
  findings: readonly RunFinding[];
  problems: readonly Problem[];
}

const RESULTS = '"@results"';

/**
 * The run as SARIF 2.1.0 (OASIS, errata 01), piece by piece: paths relative to the scanned root, secrets masked as they are
 * stored. A run of 100,000 findings is never one text in memory.
 */
export async function* sarifText(
  db: Kysely<Database>,
  report: SarifRun,
  version: string,
): AsyncGenerator<string> {
  const { run, findings } = report;
  const used = [...new Set(findings.map((finding) => finding.rule))].sort();
  const texts = await ruleTexts(db, run.task);
  const details = await readDetails(db, run.id);
  const nowhere: Detail = { excerpt: null, prints: {} };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'SentinelX',
            semanticVersion: version,
            rules: used.map((id) => sarifRule(id, texts.get(id))),
          },
        },
        automationDetails: { id: `${run.task}/${run.id}` },
        originalUriBaseIds: { SCANROOT: { description: { text: 'The folder that was scanned.' } } },
        columnKind: 'utf16CodeUnits',
        invocations: [invocation(report)],
        results: '@results',
      },
    ],
  };
  const frame = JSON.stringify(log, null, 2);
  const at = frame.lastIndexOf(RESULTS);
  yield `${frame.slice(0, at)}[`;
  for (const [index, finding] of findings.entries()) {
    const one = result(finding, used.indexOf(finding.rule), details.get(finding.id) ?? nowhere);
    yield `${index > 0 ? ',' : ''}\n${indented(JSON.stringify(one, null, 2), 8)}`;
  }
  yield `${findings.length > 0 ? '\n      ' : ''}]${frame.slice(at + RESULTS.length)}\n`;
}

export function indented(text: string, columns: number): string {
  return text.replace(/^/gm, ' '.repeat(columns));
}

export function sarifRule(id: string, text: RuleText | undefined): object {
  if (!text) return { id };
  const link = text.references?.find((reference) => URL.canParse(reference));
  return {
    id,
    shortDescription: { text: text.title },
    fullDescription: { text: text.why },
    help: { text: text.fix },
    ...(link === undefined ? {} : { helpUri: link }),
    defaultConfiguration: { level: LEVELS[text.severity] },
    properties: { tags: ['security', ...ruleTags(text)], 'security-severity': SCORES[text.severity] },
  };
}

function invocation({ run, problems }: SarifRun): object {
  const failure = run.error
    ? [{ level: 'error', message: { text: run.error.message }, descriptor: { id: run.error.code } }]
    : [];
  return {
    executionSuccessful: run.status === 'done' || run.status === 'partial',
    startTimeUtc: new Date(run.started ?? run.created).toISOString(),
    ...(run.ended === null ? {} : { endTimeUtc: new Date(run.ended).toISOString() }),
    toolExecutionNotifications: [
      ...failure,
      ...problems.map((problem) => ({
        level: 'warning',
        message: { text: `${problem.at}: ${problem.message}` },
        descriptor: { id: problem.code },
      })),
    ],
  };
}

function result(finding: RunFinding, ruleIndex: number, { excerpt, prints }: Detail): object {
  const locations = sarifLocations(finding.location, (region) => withSnippet(region, excerpt));
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations,
    partialFingerprints: prints,
    ...(isOpen(finding) ? {} : { suppressions: [{ kind: 'external', justification: finding.status }] }),
    properties: {
      id: finding.id,
      severity: finding.severity,
      confidence: finding.confidence,
      status: finding.status,
      change: finding.change,
      ...(finding.location.kind === 'file' && finding.location.commit
        ? { commit: finding.location.commit }
        : {}),
    },
  };
}

/** The masked lines of the region itself, where the excerpt has them. */
export function withSnippet(region: Region, excerpt: Excerpt | null): object {
  if (!excerpt) return region;
  const from = region.startLine - excerpt.firstLine;
  const lines = excerpt.lines.slice(
    Math.max(0, from),
    (region.endLine ?? region.startLine) - excerpt.firstLine + 1,
  );
  return from < 0 || lines.length === 0 ? region : { ...region, snippet: { text: lines.join('\n') } };
}

interface Detail {
  excerpt: Excerpt | null;
  prints: Record<string, string>;
}

async function ruleTexts(db: Kysely<Database>, task: string): Promise<Map<string, RuleText>> {
  const rows = await db.selectFrom('rule').select(['id', 'text']).where('task', '=', task).execute();
  return new Map(rows.map((row) => [row.id, JSON.parse(row.text) as RuleText]));
}

async function readDetails(db: Kysely<Database>, run: string): Promise<Map<string, Detail>> {
  const details = new Map<string, Detail>();
  const findings = await db
    .selectFrom('occurrence as o')
    .innerJoin('finding as f', 'f.id', 'o.finding')
    .select(['f.id', 'f.detail'])
    .where('o.run', '=', run)
    .execute();
  for (const row of findings)
    details.set(row.id, {
      excerpt: (JSON.parse(row.detail) as { excerpt: Excerpt | null }).excerpt,
      prints: {},
    });
  const prints = await db
    .selectFrom('occurrence as o')
    .innerJoin('finding_fingerprint as p', 'p.finding', 'o.finding')
    .select(['o.finding', 'p.kind', 'p.version', 'p.value'])
    .where('o.run', '=', run)
    .orderBy('p.kind')
    .execute();
  for (const row of prints) {
    const detail = details.get(row.finding);
    if (detail) detail.prints[`${row.kind}/v${row.version}`] = Buffer.from(row.value).toString('hex');
  }
  return details;
}
