import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import { policyGate } from '../../operations/policy-decisions.ts';
import { runGet } from '../../operations/runs.ts';
import { resolveRun } from '../by-end.ts';
import { plural, print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { oneLine, type Terminal } from '../terminal.ts';
import { readText } from '../workflow/read-file.ts';

type Answer = z.output<typeof policyGate.output>;

const TREE_FILES = ['sentinelx.yaml', 'sentinelx.yml'];

/** Exit code 2 when the gate does not hold, 3 when it holds for a run that is only partial, 1 for a run that did not end well. */
export async function gateCommand(
  options: ProjectOptions & { run: string; file?: string; tree?: string },
): Promise<void> {
  const source = options.file === undefined ? undefined : readText(options.file);
  await withSession(options, async (session) => {
    const run = await resolveRun(session, options.run);
    const { target } = await session.call(runGet, { path: { id: run } });
    const tree = treeFile(options.tree ?? target);
    const answer = await session.call(policyGate, {
      body: {
        run,
        ...(source === undefined ? {} : { source }),
        ...(tree === undefined ? {} : { tree: readText(tree) }),
      },
    });
    process.exitCode = exitCodeOf(answer);
    print(answer, options, (terminal) => text(terminal, answer, options.file));
  });
}

/** The file of the examined tree, where this machine has it. */
function treeFile(folder: string | null): string | undefined {
  if (folder === null || !existsSync(folder) || !statSync(folder).isDirectory()) return undefined;
  return TREE_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
}

function exitCodeOf({ passed, status, conditions }: Answer): number {
  if (status !== 'done' && status !== 'partial') return 1;
  if (!passed && conditions.some((one) => !one.passed)) return 2;
  return status === 'partial' ? 3 : 0;
}

function text(
  terminal: Terminal,
  { conditions, passed, status, revision, run }: Answer,
  file: string | undefined,
): string {
  const { c } = terminal;
  const lines = conditions.flatMap((one) => {
    const where = `${one.ofTree ? 'sentinelx.yaml' : (file ?? 'policy.yaml')}:${one.line}`;
    const allowed = one.most === 0 ? '' : `, ${one.most} allowed`;
    const head = `${one.passed ? c.green('passed') : c.red('failed')}  ${c.bold(oneLine(one.rule))} ${c.dim(where)}  ${plural(one.count, 'finding')}${allowed}`;
    const unknown =
      one.unknown > 0
        ? [
            `        ${c.yellow(`${plural(one.unknown, 'finding')} could not be judged`)}: ${oneLine(one.unknownWhy ?? '')}`,
          ]
        : [];
    if (one.passed) return [head, ...unknown];
    const examples = one.examples.map(
      (finding) =>
        `        ${shortId(finding.id)} ${terminal.severity(finding.severity)(finding.severity.padEnd(8))} ${oneLine(finding.place)}: ${oneLine(finding.title)}`,
    );
    const more = one.count > examples.length ? [`        and ${one.count - examples.length} more`] : [];
    return [
      head,
      ...(one.message === null ? [] : [`        ${oneLine(one.message)}`]),
      ...examples,
      ...more,
      ...unknown,
    ];
  });
  const policy = file ?? (revision === null ? 'no stored policy' : `revision ${revision} of the policy`);
  const incomplete = status === 'done' ? '' : `; the run is ${status}`;
  const verdict =
    conditions.length === 0 ? 'nothing to check' : passed ? 'the gate holds' : 'the gate does not hold';
  return [
    ...lines,
    `${passed ? c.green(verdict) : c.red(verdict)} for run ${shortId(run)} (${policy}${incomplete})`,
  ].join('\n');
}
