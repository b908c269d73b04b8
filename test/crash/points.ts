/**
 * Every place at which the kill test ends a process: `commit.X.before` is in the transaction, when all of it is written and nothing
 * of it is committed; `commit.X.after` is when it is committed and nobody has been told. The others stand around effects outside of
 * the store. `points.test.ts` compares this table with the code.
 */
const COMMITS = [
  'approval.decide',
  'finding.close',
  'instance.register',
  'instance.sweep',
  'operation.change',
  'run.begin',
  'run.events',
  'run.finish',
  'run.interrupt',
  'run.rest',
  'run.start',
  'run.takeover',
  'schedule.fire',
  'trigger.batch',
  'workflow.cancel',
  'workflow.claim',
  'workflow.facts',
  'workflow.start',
] as const;

const ALONE = [
  'operation.before',
  'operation.after',
  'task.spawn.before',
  'task.spawn.after',
  'task.start.before',
  'task.start.after',
  'task.end.before',
  'task.end.after',
] as const;

/** Of what only several machines do; the kill test of those uses them. */
export const AT_SCALE = {
  commits: ['workflow.queue'],
  effects: ['queue.add.before', 'queue.add.after'],
} as const;

/** Of jobs beside runs (policy, undo, reports): the kill test does not come to them. */
const OF_JOBS = [
  'finding.closing',
  'findings.follow',
  'findings.pass',
  'import.undo',
  'import.verdict',
  'report.file',
  'report.ready',
  'report.snapshot',
  'report.take',
] as const;

/** Of the command line without a server: `test/cli/workflow-left.test.ts` ends such processes. */
const OF_COMMANDS = ['workflow.carry'] as const;

export const LABELS: readonly string[] = [...COMMITS, ...AT_SCALE.commits, ...OF_JOBS, ...OF_COMMANDS];

/** Those that one server comes to. */
export const POINTS: readonly string[] = [
  ...COMMITS.flatMap((label) => [`commit.${label}.before`, `commit.${label}.after`]),
  ...ALONE,
];

export const EFFECTS: readonly string[] = [...ALONE, ...AT_SCALE.effects];
