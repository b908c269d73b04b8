import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import type { Coverage } from '../../src/findings/close.ts';
import { type Closed, closeGone } from '../../src/findings/close-review.ts';
import type { IngestedFinding } from '../../src/findings/ingest/scope.ts';
import { ingestFindings } from '../../src/findings/ingest.ts';
import { createMasker } from '../../src/findings/masker.ts';
import { DEFAULT_MATCHING, type MatchingSettings } from '../../src/findings/matching-settings.ts';
import { createRuleBook } from '../../src/findings/rule-book.ts';
import { newId } from '../../src/lib/ids.ts';
import type { Location } from '../../src/model/location.ts';
import type { RuleText } from '../../src/model/rule.ts';
import type { FindingEvent } from '../../src/plugin/task.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type PostgresServer, postgresPrograms, startPostgres } from '../servers/postgres.ts';

export const PROJECT = 'prj_default';
export const ASSET = 'ast_a';
const bin = postgresPrograms();

/** The same tests on both databases, each with an empty store of its own. */
export function onBothStores(name: string, tests: (store: () => Store) => void): void {
  describe(`${name} on sqlite`, () => inStore(tests, async (dataDir) => ({ dataDir })));
  describe.skipIf(!bin)(`${name} on postgres`, () => {
    let server: PostgresServer;
    let count = 0;
    beforeAll(async () => {
      server = await startPostgres(bin as string);
    }, 60_000);
    afterAll(() => server.stop());
    inStore(tests, async (dataDir) => ({
      dataDir,
      databaseUrl: await server.database(`findings_${++count}`),
    }));
  });
}

function inStore(
  tests: (store: () => Store) => void,
  place: (dataDir: string) => Promise<{ dataDir: string; databaseUrl?: string }>,
): void {
  let store: Store;
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinelx-findings-'));
    store = await openStore(await place(folder));
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  tests(() => store);
}

export interface Scan {
  tool?: string;
  asset?: string;
  rules?: Record<string, Partial<RuleText>>;
  /** Paths that are not there any more. */
  gone?: readonly string[];
  covered?: readonly Coverage[];
  imports?: boolean;
  /** Further tools with the same rules. */
  tools?: readonly string[];
  matching?: Partial<MatchingSettings>;
  /** Findings in one transaction. */
  chunk?: number;
}

export interface Scanned {
  run: string;
  changeSet: string | undefined;
  results: IngestedFinding[];
  closed: number;
  review: Closed['review'];
}

/** What a run does that reports these findings, without its process. */
export async function scan(
  store: Store,
  findings: readonly FindingEvent<string>[],
  {
    tool = 't',
    asset = ASSET,
    rules = { r: {} },
    gone = [],
    covered = [],
    imports,
    tools = [],
    matching,
    chunk = 500,
  }: Scan = {},
): Promise<Scanned> {
  const run = newId('run');
  const changeSet = imports ? newId('chg') : undefined;
  const full = Object.entries(rules).map(([id, text]): [string, RuleText] => [
    id,
    { title: `Rule ${id}`, severity: 'medium', why: '', fix: '', ...text },
  ]);
  const { book, add } = createRuleBook(tool, Object.fromEntries(full));
  for (const other of tools) for (const [id, text] of full) add(other, id, text);
  const undo = changeSet === undefined ? {} : { changeSet };
  const scope = {
    dialect: store.dialect,
    key: Buffer.alloc(32, 1),
    project: PROJECT,
    asset,
    task: tool,
    run,
    actor: 'tester',
    rules: book,
    masker: createMasker(),
    taken: new Set<string>(),
    matching: { ...DEFAULT_MATCHING, ...matching },
    ...(imports ? {} : { placeGone: (at: Location) => at.kind === 'file' && gone.includes(at.path) }),
    ...undo,
  };
  const results: IngestedFinding[] = [];
  for (let at = 0; at < findings.length; at += chunk)
    results.push(
      ...(await store.write({ lane: 'run' }, (context) =>
        ingestFindings(context, scope, findings.slice(at, at + chunk)),
      )),
    );
  const closing = { run, project: PROJECT, asset, task: tool, actor: 'tester', rules: book };
  const { closed, review } = await closeGone(
    store,
    { ...closing, coverage: covered, ...undo },
    scope.matching,
  );
  return { run, changeSet, results, closed, review };
}

export function inFile(
  path: string,
  line: number,
  more: Partial<FindingEvent<string>> = {},
): FindingEvent<string> {
  return {
    type: 'finding',
    rule: 'r',
    at: { kind: 'file', path, region: { startLine: line } },
    key: ['k'],
    ...more,
  };
}

export function inPackage(
  purl: string,
  about: FindingEvent<string>['about'],
  more: Partial<FindingEvent<string>> = {},
): FindingEvent<string> {
  return {
    type: 'finding',
    rule: 'r',
    at: { kind: 'package', purl, manifest: 'package-lock.json' },
    key: [],
    ...(about ? { about } : {}),
    ...more,
  };
}
