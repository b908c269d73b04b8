import { SentinelError } from '../../../lib/errors.ts';
import { CREDENTIAL_CONTEXT } from './credential-context.ts';
import { GENERIC_PASSWORD, GENERIC_SECRET, genericFinder } from './generic.ts';
import { type IgnoreEntry, ignoresOfTree } from './ignore-list.ts';
import { createMatcher } from './matcher.ts';
import type { Output, Params } from './params.ts';
import { createReporter, type Reporter } from './report.ts';
import { ALL_RULES, FORMAT_RULES } from './rules/all-rules.ts';
import { contentScanner } from './scan-content.ts';
import { type FileScan, type ScanCtx, type ScanEvent, scanFiles } from './scan-files.ts';
import { historyOutput, scanHistory } from './scan-history.ts';
import { treeFilter } from './tree-filter.ts';

/** Reads the files, then the history, and says what was covered. */
export async function* scanForSecrets(ctx: ScanCtx): AsyncGenerator<ScanEvent, Output> {
  const { params, files } = ctx;
  const history = historyMode(params.history);
  const tree = treeIgnores(ctx);
  if (tree.problem) yield tree.problem;
  const rules = activeRules(params);
  ctx.log('info', `${rules.ids.length} rules, target ${files.single ?? files.root}`);
  const matcher = createMatcher(rules.formats, rules.generic ? genericFinder : undefined);
  const reported = new Set<string>();
  const scan: FileScan = {
    ctx,
    scanner: contentScanner(matcher, { context: rules.context }),
    reporter: onlyActive(createReporter(ctx, tree.entries), new Set(rules.ids)),
    filter: treeFilter(params, files.root),
    counts: { files: 0, bytes: 0, archives: 0, members: 0, skipped: {} },
    except: [],
    scanned: [],
    reported: (at, rule, value) => reported.add(`${rule}\n${at.path}\n${value}`),
  };

  const started = performance.now();
  if (history !== 'only') {
    yield* scanFiles(scan);
    yield* coverage(scan, rules.ids);
  }
  const filesSeconds = secondsSince(started);
  const historyStarted = performance.now();
  const past = history === 'off' || files.single !== undefined ? null : historyOutput();
  const found = past
    ? yield* scanHistory(scan, { reported, output: past, required: history === 'only' })
    : false;
  if (past?.complete && found) yield { type: 'covered', at: { kind: 'history' }, rules: rules.ids };

  const { findings, suppressed } = scan.reporter.counts;
  ctx.log('info', summary(scan, found ? past : null));
  return {
    ...scan.counts,
    findings,
    suppressed,
    history: found ? past : null,
    rules: rules.ids.length,
    seconds: { files: filesSeconds, history: past ? secondsSince(historyStarted) : 0 },
  };
}

/** The finder of secrets without a format looks for all its rules at once: what was switched off is dropped here. */
function onlyActive(reporter: Reporter, active: ReadonlySet<string>): Reporter {
  return {
    ...reporter,
    finding: (found, ...rest) =>
      active.has(found.secret.rule.id) ? reporter.finding(found, ...rest) : undefined,
  };
}

function historyMode(history: Params['history']): 'auto' | 'off' | 'only' {
  if (history === true) return 'auto';
  return history === false ? 'off' : history;
}

interface ActiveRules {
  ids: string[];
  formats: typeof FORMAT_RULES;
  generic: boolean;
  context: boolean;
}

/** Leaves out what is switched off; an id that does not exist is an error, because it would leave nothing out. */
function activeRules(params: Params): ActiveRules {
  const disabled = new Set(params.disable);
  const known = new Set(ALL_RULES.map((rule) => rule.id));
  for (const id of disabled) {
    if (known.has(id)) continue;
    throw new SentinelError('invalid-parameter', `disable: there is no rule ${id}`, {
      fields: [{ field: 'disable', message: `there is no rule ${id}`, example: 'json-web-token' }],
    });
  }
  const generics = [GENERIC_PASSWORD.id, GENERIC_SECRET.id];
  if (!params.generic) for (const id of generics) disabled.add(id);
  if (!params.context) disabled.add(CREDENTIAL_CONTEXT.id);
  return {
    ids: ALL_RULES.map((rule) => rule.id).filter((id) => !disabled.has(id)),
    formats: FORMAT_RULES.filter((rule) => !disabled.has(rule.id)),
    generic: generics.some((id) => !disabled.has(id)),
    context: !disabled.has(CREDENTIAL_CONTEXT.id),
  };
}

const IGNORE_FILES = ['sentinelx.yaml', 'sentinelx.yml'];
const IGNORE_FILE_BYTES = 256 * 1024;

/** The target's own ignores. The file comes from the target, so it can only leave findings out, and that is said. */
function treeIgnores({ files, log }: ScanCtx): { entries: IgnoreEntry[]; problem?: ScanEvent } {
  const name = IGNORE_FILES.find((file) => files.stat(file) !== undefined);
  if (name === undefined) return { entries: [] };
  try {
    const text = Buffer.from(files.read(name, { maxBytes: IGNORE_FILE_BYTES })).toString('utf8');
    const entries = ignoresOfTree(text);
    if (entries.length > 0)
      log('warn', `${name} of the target leaves findings out: ${entries.length} entries`);
    return { entries };
  } catch (error) {
    const message = `${name} is not used: ${error instanceof Error ? error.message.split('\n', 1)[0] : 'it cannot be read'}`;
    return { entries: [], problem: { type: 'problem', at: name, code: 'invalid-config', message } };
  }
}

/** With `include`, only the files that were read are covered, else the whole tree but what was left out. */
function* coverage({ ctx, except, scanned }: FileScan, rules: string[]): Generator<ScanEvent> {
  const { single } = ctx.files;
  if (single === undefined && ctx.params.include.length === 0) {
    yield { type: 'covered', at: { kind: 'tree', path: '', except }, rules };
    return;
  }
  for (const path of scanned) yield { type: 'covered', at: { kind: 'file', path }, rules };
}

function summary({ counts, reporter }: FileScan, history: Output['history']): string {
  const suppressed = Object.values(reporter.counts.suppressed).reduce((sum, count) => sum + count, 0);
  const past = history ? `, ${history.commits} commits with ${history.blobs} versions of files` : '';
  return `${reporter.counts.findings} findings in ${counts.files} files and ${counts.members} members of archives${past}; ${suppressed} suppressed`;
}

function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000;
}
