import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { LogLevel } from '../model/run.ts';
import { openRootedFiles } from './powers/rooted-files.ts';
import type { AnyTask, FindingEvent, TaskEvent } from './task.ts';

export interface TaskRun {
  events: TaskEvent<string>[];
  findings: FindingEvent<string>[];
  problems: Extract<TaskEvent<string>, { type: 'problem' }>[];
  covered: Extract<TaskEvent<string>, { type: 'covered' }>[];
  log: { level: LogLevel; text: string }[];
  output: unknown;
}

export interface RunTaskOptions {
  /** Folder or file that the `read` power is rooted at; must be given when the task needs it. */
  target?: string;
  params?: Record<string, unknown>;
  signal?: AbortSignal;
  onEvent?: (event: TaskEvent<string>) => void;
  /** Further powers, for tasks that need more than `read`. */
  powers?: Record<string, unknown>;
}

/** Runs a task in this process with the real `read` power. Params and output pass the task's own schemas. */
export async function runTask(task: AnyTask, options: RunTaskOptions = {}): Promise<TaskRun> {
  const run: TaskRun = { events: [], findings: [], problems: [], covered: [], log: [], output: undefined };
  const ctx = {
    params: task.params.parse({ ...(options.target ? { path: options.target } : {}), ...options.params }),
    signal: options.signal ?? new AbortController().signal,
    log: (level: LogLevel, text: string) => run.log.push({ level, text }),
    now: Date.now,
    ...(options.target ? { files: openRootedFiles(options.target) } : {}),
    ...options.powers,
  };
  const steps = task.run(ctx);
  for (;;) {
    const step = await steps.next();
    if (step.done) {
      run.output = task.output ? task.output.parse(step.value) : step.value;
      return run;
    }
    const event = step.value as TaskEvent<string>;
    run.events.push(event);
    if (event.type === 'finding') run.findings.push(event);
    if (event.type === 'problem') run.problems.push(event);
    if (event.type === 'covered') run.covered.push(event);
    options.onEvent?.(event);
  }
}

/** One `fixtures/<hit|ok>-<case>` of a task. */
export interface Fixture {
  name: string;
  target: string;
}

export function fixturesIn(folder: string): Fixture[] {
  return readdirSync(folder)
    .filter((name) => /^(?:hit|ok)-/.test(name) && existsSync(join(folder, name, 'target')))
    .sort()
    .map((name) => ({ name, target: join(folder, name, 'target') }));
}

export interface FixtureResult {
  /** `file:line rule` that the fixture asks for and the task did not report. */
  missing: string[];
  /** `file:line rule` that was reported and must not be: on a line with `ok:`, or anywhere in an `ok-` fixture. */
  wrong: string[];
  run: TaskRun;
}

/**
 * Runs a fixture and compares it with the expectations in its target: a comment `hit: rule-id` on the line, `ok: rule-id` on a
 * look-alike. Where a format permits no comment, a file `expected.txt` beside `target` holds lines `path:line hit: rule-id`. In an
 * `ok-` fixture nothing may be reported at all.
 */
export async function checkFixture(task: AnyTask, fixture: Fixture, params = {}): Promise<FixtureResult> {
  const run = await runTask(task, { target: fixture.target, params });
  const { hits, oks } = expectationsOf(fixture);
  const found = new Set(run.findings.map(placeOf));
  const missing = [...hits].filter((place) => !found.has(place));
  const nothing = fixture.name.startsWith('ok-');
  const wrong = [...found].filter((place) => nothing || oks.has(place));
  return { missing, wrong, run };
}

function placeOf({ at, rule }: FindingEvent<string>): string {
  if (at.kind !== 'file') return `${at.kind} ${rule}`;
  return `${at.path}:${at.region?.startLine ?? 0} ${rule}`;
}

function expectationsOf({ target }: Fixture): { hits: Set<string>; oks: Set<string> } {
  const expected = { hits: new Set<string>(), oks: new Set<string>() };
  for (const file of filesIn(target)) {
    const path = relative(target, file);
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((line, index) => {
        addLine(expected, `${path}:${index + 1}`, line);
      });
  }
  const beside = join(target, '..', 'expected.txt');
  if (existsSync(beside)) {
    for (const line of readFileSync(beside, 'utf8').split('\n')) {
      const place = /^(\S+:\d+) (.*)$/.exec(line);
      if (place) addLine(expected, place[1] as string, place[2] as string);
    }
  }
  return expected;
}

function addLine({ hits, oks }: { hits: Set<string>; oks: Set<string> }, place: string, line: string): void {
  for (const [, kind, rules] of line.matchAll(/\b(hit|ok): ([a-z0-9-]+(?:, ?[a-z0-9-]+)*)/g)) {
    for (const rule of (rules as string).split(/, ?/)) (kind === 'hit' ? hits : oks).add(`${place} ${rule}`);
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });
}
