import { policyExplain } from '../../operations/policy-decisions.ts';
import { resolveFinding } from '../by-end.ts';
import { print } from '../print.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { oneLine } from '../terminal.ts';
import { readText } from '../workflow/read-file.ts';

/** Names the line that decided each thing, and says of the others why they did not. */
export async function explainCommand(
  named: string,
  options: ProjectOptions & { file?: string },
): Promise<void> {
  const source = options.file === undefined ? undefined : readText(options.file);
  const file = options.file ?? 'policy.yaml';
  await withSession(options, async (session) => {
    const id = await resolveFinding(session, named);
    const answer = await session.call(policyExplain, {
      path: { id },
      body: source === undefined ? {} : { source },
    });
    print(answer, options, (terminal) => {
      const { c } = terminal;
      if (answer.rules.length === 0) return 'There is no policy that could say anything.';
      const marks = {
        decided: c.green('decided'.padEnd(12)),
        fits: c.yellow('fits'.padEnd(12)),
        'does-not-fit': c.dim('does not fit'),
        unknown: c.yellow('unknown'.padEnd(12)),
      };
      const lines = answer.rules.map(
        ({ section, rule, line, outcome, why }) =>
          `${marks[outcome]}  ${c.dim(`${file}:${line}`)}  ${section}: ${c.bold(oneLine(rule))}: ${oneLine(why)}`,
      );
      const which = answer.revision === null ? file : `revision ${answer.revision} of the policy`;
      return [...lines, c.dim(which)].join('\n');
    });
  });
}
