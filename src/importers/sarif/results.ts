import type { FlowStep } from '../../model/finding.ts';
import type { Location } from '../../model/location.ts';
import type { ImportedFinding } from '../importer.ts';
import type { Places } from './places.ts';
import { aboutOf, confidenceOf, messageOf, ruleOf, ruleText, severityOf } from './rules.ts';
import type { RunInfo } from './run-info.ts';
import type { Result, SarifLocation } from './schema.ts';

const MAX_STEPS = 200;
const MAX_RELATED = 50;
/** Tools whose snippet is the secret itself. */
const SECRET_TOOLS = new Set([
  'gitleaks',
  'trufflehog',
  'detect-secrets',
  'ggshield',
  'secretlint',
  'noseyparker',
]);
/** What tools keep in `partialFingerprints` besides fingerprints: the commit and its author. */
const NO_PRINT = /commit|author|email|date|message|user|branch/i;

/** Why a result is no finding, or undefined. */
export function skipReason(result: Result): string | undefined {
  if (result.kind === 'pass') return 'a check that passed';
  if (result.kind === 'notApplicable') return 'a check that does not apply';
  if (result.kind === 'informational') return 'an information, no failure';
  if (result.baselineState === 'absent') return 'absent: the report says that it is gone since its baseline';
  const suppressions = (result.suppressions ?? []).filter(
    ({ status, state }) => (status ?? state ?? 'accepted') === 'accepted',
  );
  if (suppressions.length === 0) return undefined;
  return suppressions.some(({ kind }) => kind === 'inSource')
    ? 'suppressed in the source code'
    : 'suppressed in the tool';
}

export function findingOf(
  result: Result,
  { run, places, tool }: { run: RunInfo; places: Places; tool: string },
): { finding: ImportedFinding; odd: string | undefined } {
  const { id, rule } = ruleOf(run, result);
  const [first, ...others] = result.locations ?? [];
  const at = places.locate(first, result.webRequest?.method) ?? elsewhere(result);
  const { severity, odd } = severityOf(result, rule);
  const text = ruleText(id, rule);
  const snippet = first?.physicalLocation?.region?.snippet?.text;
  const message = messageOf(result.message, rule);
  const confidence = confidenceOf(result, rule);
  const flow = flowOf(result, run, places);
  const related = placesOf([...others, ...(result.relatedLocations ?? [])], places);
  const excerpt = excerptOf(first);
  const about = aboutOf(id, rule, result);
  const prints = printsOf(result, id, at);
  return {
    odd,
    finding: {
      type: 'finding',
      rule: id,
      ruleText: text,
      at,
      tool,
      key: [keyOf(snippet, message)],
      ...(message === undefined ? {} : { message }),
      ...(severity === text.severity ? {} : { severity }),
      ...(confidence ? { confidence } : {}),
      ...(snippet ? { evidence: snippet } : {}),
      ...(excerpt ? { excerpt } : {}),
      ...(flow.length > 0 ? { flow } : {}),
      ...(related.length > 0 ? { related } : {}),
      ...(about.length > 0 ? { about } : {}),
      ...(prints.length > 0 ? { toolPrints: prints } : {}),
      ...(snippet && SECRET_TOOLS.has(tool) ? { secrets: [snippet] } : {}),
    },
  };
}

/** The code itself when it is there: words and numbers of a message change with the lines around it. */
function keyOf(snippet: string | undefined, message: string | undefined): string {
  const code = snippet?.replace(/\s+/g, ' ').trim();
  if (code) return code.slice(0, 2_000);
  return (message ?? '').replace(/\d+/g, '#').replace(/\s+/g, ' ').trim().slice(0, 2_000);
}

function elsewhere(result: Result): Location {
  const url = result.webRequest?.target;
  if (url && /^https?:\/\//i.test(url)) {
    const method = result.webRequest?.method?.toUpperCase();
    return { kind: 'http', url, ...(method ? { method } : {}) };
  }
  return { kind: 'resource', address: 'the whole target' };
}

function flowOf(result: Result, run: RunInfo, places: Places): FlowStep[] {
  const steps = result.codeFlows?.[0]?.threadFlows?.[0]?.locations ?? [];
  return steps.slice(0, MAX_STEPS).flatMap((step) => {
    const location = step.location ?? (step.index === undefined ? undefined : run.steps[step.index]);
    const at = places.locate(location);
    if (!at) return [];
    const note = (location?.message && messageOf(location.message, undefined)) ?? '';
    const excerpt = excerptOf(location);
    return [{ at, note, ...(excerpt ? { excerpt } : {}) }];
  });
}

function placesOf(list: readonly SarifLocation[], places: Places): Location[] {
  return list.slice(0, MAX_RELATED).flatMap((one) => places.locate(one) ?? []);
}

function excerptOf(location: SarifLocation | undefined): { firstLine: number; lines: string[] } | undefined {
  const { contextRegion, region } = location?.physicalLocation ?? {};
  const shown = contextRegion?.snippet?.text ? contextRegion : region;
  if (!shown?.snippet?.text || shown.startLine === undefined) return undefined;
  const lines = shown.snippet.text.replace(/\r?\n$/, '').split(/\r?\n/);
  return { firstLine: shown.startLine, lines: lines.slice(0, 60).map((line) => line.slice(0, 400)) };
}

/**
 * `fingerprints` tell a result apart alone, `partialFingerprints` only together with its rule and file (3.27.17): hashes of a line are the
 * same for two rules on it and for two copies of it.
 */
function printsOf(result: Result, rule: string, at: Location): { name: string; value: string }[] {
  const place = at.kind === 'file' ? `${at.path}!${at.inside ?? ''}` : '';
  const prints = [
    ...valuesOf(result.fingerprints).map(([name, value]) => ({ name, value: `${rule}|${value}` })),
    ...valuesOf(result.partialFingerprints).map(([name, value]) => ({
      name,
      value: `${rule}|${place}|${value}`,
    })),
  ];
  if (result.correlationGuid)
    prints.push({ name: 'correlationGuid', value: `${rule}|${result.correlationGuid}` });
  return prints.slice(0, 8);
}

/** Semgrep writes `requires login` where it gives none. */
function valuesOf(bag: Record<string, unknown> | undefined): [string, string][] {
  return Object.entries(bag ?? {}).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' &&
      entry[1].length >= 8 &&
      !/\s/.test(entry[1]) &&
      !NO_PRINT.test(entry[0]),
  );
}
