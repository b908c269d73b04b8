import { readFileSync } from 'node:fs';
import type * as z from 'zod';
import { SentinelError, systemCode } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { workflowValidate } from '../../operations/workflow-check.ts';
import type { Session } from '../session.ts';

export type Checked = z.output<typeof workflowValidate.output>;
type Problem = Checked['problems'][number];

/** `nightly` is a name, `nightly.yaml`, `./nightly` and `-` are files. */
export function isFile(named: string): boolean {
  return named === '-' || /[/\\]|\.(ya?ml|json)$/i.test(named);
}

export function readText(file: string, what = file): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    const reason =
      systemCode(cause) === 'ENOENT' ? 'does not exist' : `cannot be read (${systemCode(cause)})`;
    throw new SentinelError('wrong-usage', `${what} ${reason}.`, { cause });
  }
}

/** The document of a file that can be used; everything that is wrong with it is one error, a line each. */
export async function readValid(
  session: Session,
  file: string,
): Promise<{ source: string; definition: NonNullable<Checked['definition']> }> {
  return readValidSource(session, { source: readText(file), name: file });
}

export async function readValidSource(
  session: Session,
  { source, name: file }: { source: string; name: string },
): Promise<{ source: string; definition: NonNullable<Checked['definition']> }> {
  const checked = await session.call(workflowValidate, { body: { source } });
  for (const warning of checked.warnings) process.stderr.write(`warning: ${problemLine(file, warning)}\n`);
  if (checked.definition === null) throw refusal(file, checked.problems);
  return { source, definition: checked.definition };
}

export function refusal(file: string, problems: readonly Problem[]): SentinelError {
  const retired = problems.some(({ code }) => code === 'retired-task');
  return new SentinelError(
    retired ? 'retired-task' : 'invalid-workflow',
    problems.map((problem) => problemLine(file, problem)).join('\n'),
  );
}

/** As compilers write it, so that an editor finds the place. */
export function problemLine(file: string, { line, column, field, message }: Problem): string {
  const name = file === '-' ? 'input' : file;
  const place = line === null ? name : `${name}:${line}:${column ?? 1}`;
  return visibleText(`${place}: ${field === '(all)' ? '' : `${field}: `}${message}`);
}
