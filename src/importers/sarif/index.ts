import type { ImportContext, ImportEvent, Importer, Report } from '../importer.ts';
import { toolId } from '../tool-id.ts';
import { createOddities } from './oddities.ts';
import { createPlaces } from './places.ts';
import { findingOf, skipReason } from './results.ts';
import { emptyRun, type RunInfo, readRuns } from './run-info.ts';
import { Result } from './schema.ts';

/** Names that drivers give themselves → the id under which we know the tool. */
const TOOLS: Record<string, string> = {
  'semgrep-oss': 'semgrep',
  'semgrep-pro': 'semgrep',
  opengrep: 'semgrep',
  'osv-scanner': 'osv-scanner',
  'gosec-scanner': 'gosec',
  golang: 'gosec',
  'aqua-security-trivy': 'trivy',
  'snyk-code': 'snyk',
  snykcode: 'snyk',
  'snyk-open-source': 'snyk',
  'snyk-container': 'snyk',
  'snyk-iac': 'snyk',
  'owasp-zap': 'zap',
  'zap-by-checkmarx': 'zap',
  'owasp-dependency-check': 'dependency-check',
  'keeping-infrastructure-as-code-secure': 'kics',
  'nuclei-templates': 'nuclei',
};
/** With more, naming each of them would make closing slow; then nothing is closed. */
const MAX_TARGETS = 5_000;

const sarif: Importer = {
  id: 'sarif',
  title: 'SARIF 2.1.0',
  summary:
    'The format that most analysers can write (`--sarif`, `-f sarif`); several tools and runs in one file.',
  recognise({ format, text, name }) {
    if (format !== 'json') return 0;
    if (/"\$schema"\s*:\s*"[^"]*sarif/i.test(text)) return 1;
    if (/"runs"\s*:\s*\[/.test(text) && /"version"\s*:\s*"[12]\.\d/.test(text)) return 0.95;
    if (/\.sarif(?:\.json)?(?:\.gz)?$/i.test(name)) return 0.9;
    return /"runs"\s*:\s*\[/.test(text) && /"(?:driver|results)"\s*:/.test(text) ? 0.8 : 0;
  },
  holds: {
    json: [{ at: 'runs', is: 'list' }],
    also: { places: /^runs\.\d+(?:\.results)?$/, depth: 3 },
  },
  async *read(report, context) {
    const { version, runs } = await readRuns(report, context);
    if (version !== undefined && !/^2\.1\./.test(version)) {
      context.problem('version', `SARIF ${version} is not read: let the tool write version 2.1.0.`);
      return;
    }
    const repository = [...runs.values()].find((run) => run.repository)?.repository;
    if (repository) yield { type: 'asset', name: repository };
    yield* results(report, context, runs);
    for (let index = 0; context.stood(`runs.${index}`) !== undefined; index += 1)
      yield* endOf(index, runs.get(index) ?? emptyRun(), context);
  },
};
export default sarif;

async function* results(
  report: Report,
  context: ImportContext,
  runs: Map<number, RunInfo>,
): AsyncGenerator<ImportEvent> {
  let last:
    | { index: number; run: RunInfo; places: ReturnType<typeof createPlaces>; tool: string }
    | undefined;
  const oddities = createOddities();
  let at = '';
  for await (const element of report.json('runs.*.results.*')) {
    context.signal.throwIfAborted();
    const index = Number(element.path[1]);
    if (last?.index !== index) {
      const run = runs.get(index) ?? emptyRun();
      last = {
        index,
        run,
        places: createPlaces(run, context.roots, (text) => context.odd(at, text)),
        tool: toolOf(run),
      };
    }
    const result = context.take(Result, element);
    if (!result) continue;
    at = element.path.join('.');
    const reason = skipReason(result);
    if (reason) {
      yield { type: 'skipped', at, reason };
      continue;
    }
    const { again, odd: against } = oddities(element.value);
    if (again) {
      yield { type: 'skipped', at, reason: 'the same result stands in the report before' };
      continue;
    }
    for (const text of against) context.odd(at, text);
    const { finding, odd } = findingOf(result, last);
    if (odd !== undefined)
      context.odd(at, `security-severity is no score from 0 to 10: ${odd.slice(0, 40)}. The level counts.`);
    yield finding;
  }
}

function toolOf(run: RunInfo): string {
  const id = toolId(run.driver.name ?? 'unknown tool');
  return (Object.hasOwn(TOOLS, id) && TOOLS[id]) || id;
}

/** What the run has looked at, and what it says went wrong. */
function* endOf(index: number, run: RunInfo, context: ImportContext): Generator<ImportEvent> {
  for (const text of run.complaints) context.problem(`runs.${index}.invocations`, `The tool says: ${text}`);
  if (run.failed)
    context.problem(`runs.${index}.invocations`, 'The tool says that it did not succeed: nothing is closed.');
  if (run.elsewhere)
    context.problem(
      `runs.${index}`,
      'Its results stand in files besides this one (external properties): import them too.',
    );
  const itself = context.stood(`runs.${index}`);
  if (itself === 'list') context.problem(`runs.${index}`, 'A list stands here where a run is expected.');
  if (itself !== 'object') return;
  const stood = context.stood(`runs.${index}.results`);
  if (stood === 'object')
    context.problem(`runs.${index}.results`, 'An object stands here where a list of results is expected.');
  else if (stood !== 'list' && !run.elsewhere)
    yield {
      type: 'note',
      text: `Run ${index} has no list of results (3.14.23: none were computed): it closes nothing.`,
    };
  if (stood !== 'list') return;
  if (run.failed || run.elsewhere || run.complaints.length > 0) return;
  const tool = toolOf(run);
  // Reports of one tool with categories (languages, folders) complement each other: each closes only under its own rules.
  const rules =
    run.category !== undefined && run.driver.rules.length > 0
      ? {
          rules: [run.driver, ...run.extensions].flatMap((one) =>
            (one?.rules ?? []).flatMap((rule) => rule?.id ?? []),
          ),
        }
      : {};
  if (run.targets.size === 0) yield { type: 'covered', at: { kind: 'everything' }, tool, ...rules };
  else if (run.targets.size <= MAX_TARGETS) {
    const places = createPlaces(run, context.roots);
    for (const target of run.targets) {
      const location = run.artifacts[target]?.location;
      const uri = places.uriOf(location);
      const path = uri === undefined ? '' : places.pathOf(uri, location?.uriBaseId);
      if (path !== '') yield { type: 'covered', at: { kind: 'file', path }, tool, ...rules };
    }
  } else
    context.log(
      'info',
      `The report names ${run.targets.size} analysed files, too many to close what is missing in them.`,
    );
}
