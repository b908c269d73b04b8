import type { ImportContext, JsonElement, Report } from '../importer.ts';
import {
  Artifact,
  type ArtifactLocation,
  BaseIds,
  Invocation,
  type LogicalLocation,
  Provenance,
  Rule,
  SarifLocation,
} from './schema.ts';

export interface Component {
  name: string | undefined;
  guid: string | undefined;
  rules: Rule[];
  byId: Map<string, Rule>;
}

/** What stands around the results of one run, which may come behind them in the file. */
export interface RunInfo {
  driver: Component;
  extensions: Component[];
  baseIds: Record<string, ArtifactLocation>;
  artifacts: ({ location: ArtifactLocation | undefined; parent: number | undefined } | undefined)[];
  /** Files that the tool says it has analysed; empty when it does not say. */
  targets: Set<number>;
  logical: LogicalLocation[];
  steps: SarifLocation[];
  workingDirectory: ArtifactLocation | undefined;
  /** Where the repositories stand on the machine that scanned. */
  mappedTo: ArtifactLocation[];
  repository: string | undefined;
  category: string | undefined;
  /** The tool says that it failed. */
  failed: boolean;
  /** What it says went wrong. */
  complaints: string[];
  /** Results stand in other files. */
  elsewhere: boolean;
}

const MAX_ARTIFACTS = 1_000_000;
const MAX_RULES = 200_000;
const MAX_COMPLAINTS = 20;
const MAX_REPOSITORIES = 100;

const PATHS = [
  'version',
  'runs.*.tool.driver.name',
  'runs.*.tool.driver.guid',
  'runs.*.tool.driver.rules.*',
  'runs.*.tool.extensions.*.name',
  'runs.*.tool.extensions.*.guid',
  'runs.*.tool.extensions.*.rules.*',
  'runs.*.originalUriBaseIds',
  'runs.*.artifacts.*',
  'runs.*.logicalLocations.*',
  'runs.*.threadFlowLocations.*',
  'runs.*.invocations.*',
  'runs.*.versionControlProvenance.*',
  'runs.*.automationDetails.id',
  'runs.*.externalPropertyFileReferences.results',
] as const;

/** The first reading of the file: everything but the results. */
export async function readRuns(
  report: Report,
  context: ImportContext,
): Promise<{ version: string | undefined; runs: Map<number, RunInfo> }> {
  const runs = new Map<number, RunInfo>();
  let version: string | undefined;
  for await (const element of report.json(...PATHS)) {
    context.signal.throwIfAborted();
    const [top, index] = element.path;
    if (top === 'version') version = textOf(element.value);
    else if (typeof index === 'number') {
      const run = runs.get(index) ?? emptyRun();
      runs.set(index, run);
      take(run, element, context);
    }
  }
  return { version, runs };
}

export function emptyRun(): RunInfo {
  return {
    driver: component(),
    extensions: [],
    baseIds: {},
    artifacts: [],
    targets: new Set(),
    logical: [],
    steps: [],
    workingDirectory: undefined,
    mappedTo: [],
    repository: undefined,
    category: undefined,
    failed: false,
    complaints: [],
    elsewhere: false,
  };
}

function component(): Component {
  return { name: undefined, guid: undefined, rules: [], byId: new Map() };
}

function take(run: RunInfo, element: JsonElement, context: ImportContext): void {
  const [, , part, place] = element.path;
  const { value } = element;
  switch (part) {
    case 'tool':
      takeTool(run, element, context);
      break;
    case 'originalUriBaseIds':
      run.baseIds = BaseIds.safeParse(value).data ?? {};
      break;
    case 'artifacts':
      takeArtifact(run, Number(place), element, context);
      break;
    case 'logicalLocations':
      run.logical[Number(place)] = SarifLocation.shape.logicalLocations.parse([value])?.[0] ?? {};
      break;
    case 'threadFlowLocations':
      run.steps[Number(place)] =
        SarifLocation.safeParse((value as { location?: unknown } | null)?.location).data ?? {};
      break;
    case 'invocations':
      takeInvocation(run, value);
      break;
    case 'versionControlProvenance': {
      const { repositoryUri, mappedTo } = Provenance.safeParse(value).data ?? {};
      run.repository ??= repositoryUri;
      if (mappedTo && run.mappedTo.length < MAX_REPOSITORIES) run.mappedTo.push(mappedTo);
      break;
    }
    case 'automationDetails':
      run.category = textOf(value);
      break;
    case 'externalPropertyFileReferences':
      run.elsewhere = true;
      break;
  }
}

function takeTool(run: RunInfo, { path, value }: JsonElement, context: ImportContext): void {
  const extension = path[3] === 'extensions';
  const at = Number(path[4]);
  if (extension) run.extensions[at] ??= component();
  const owner = extension ? (run.extensions[at] ?? component()) : run.driver;
  const field = path[extension ? 5 : 4];
  if (field === 'name') owner.name = textOf(value);
  else if (field === 'guid') owner.guid = textOf(value);
  else if (field === 'rules') {
    if (owner.rules.length >= MAX_RULES) {
      context.problem(
        path.slice(0, -1).join('.'),
        `There are more than ${MAX_RULES} rules: the others have no text.`,
      );
      return;
    }
    const rule = Rule.safeParse(value).data;
    const index = Number(path.at(-1));
    if (!rule) {
      context.problem(path.join('.'), 'The rule has no id.');
      return;
    }
    owner.rules[index] = rule;
    if (!owner.byId.has(rule.id)) owner.byId.set(rule.id, rule);
  }
}

function takeArtifact(run: RunInfo, index: number, element: JsonElement, context: ImportContext): void {
  if (index >= MAX_ARTIFACTS) {
    context.problem(
      'artifacts',
      `There are more than ${MAX_ARTIFACTS} artifacts: the others are not looked up.`,
    );
    return;
  }
  const artifact = Artifact.safeParse(element.value).data;
  if (!artifact) return;
  run.artifacts[index] = { location: artifact.location, parent: artifact.parentIndex };
  if (artifact.roles?.includes('analysisTarget')) run.targets.add(index);
}

function takeInvocation(run: RunInfo, value: unknown): void {
  const invocation = Invocation.safeParse(value).data;
  if (!invocation) return;
  if (invocation.executionSuccessful === false) run.failed = true;
  if (invocation.workingDirectory) run.workingDirectory ??= invocation.workingDirectory;
  for (const { level, message } of invocation.toolExecutionNotifications ?? [])
    if (level === 'error' && run.complaints.length < MAX_COMPLAINTS)
      run.complaints.push(message.text ?? message.markdown ?? 'an error without a text');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
