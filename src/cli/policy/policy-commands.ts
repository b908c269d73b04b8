import { ERROR_CODES } from '../../lib/error-codes.ts';
import { SentinelError } from '../../lib/errors.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { policyGet, policySave, policyValidate } from '../../operations/policy.ts';
import { plural, print } from '../print.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { readText } from '../workflow/read-file.ts';

export async function showPolicyCommand(options: ProjectOptions & { revision?: string }): Promise<void> {
  await withSession(options, async (session) => {
    const query =
      options.revision === undefined ? {} : { revision: numberOf('--revision', options.revision) };
    const stored = await session.call(policyGet, { query });
    print(stored, options, () => visibleLines(stored.source));
  });
}

export async function validatePolicyCommand(file: string, options: ProjectOptions): Promise<void> {
  const source = readText(file);
  await withSession(options, async (session) => {
    const checked = await session.call(policyValidate, { body: { source } });
    if (!checked.valid) process.exitCode = ERROR_CODES['invalid-policy'].exit;
    print(checked, options, (terminal) => {
      const { c } = terminal;
      const lines = checked.problems.map((one) => `${c.red('error')}  ${problemLine(file, one)}`);
      if (!checked.rules)
        return [...lines, `${c.red('not valid')}: ${plural(lines.length, 'problem')}`].join('\n');
      const { gate, sla, triage, routing } = checked.rules;
      return `${c.green('valid')}: ${gate} gate, ${sla} sla, ${triage} triage, ${routing} routing`;
    });
  });
}

export async function uploadPolicyCommand(
  file: string,
  options: ProjectOptions & { note?: string; base?: string },
): Promise<void> {
  const source = readText(file);
  await withSession(options, async (session) => {
    const checked = await session.call(policyValidate, { body: { source } });
    if (!checked.valid)
      throw new SentinelError(
        'invalid-policy',
        checked.problems.map((one) => problemLine(file, one)).join('\n'),
      );
    const saved = await session.call(policySave, {
      body: {
        source,
        ...(options.note === undefined ? {} : { note: options.note }),
        ...(options.base === undefined ? {} : { base: numberOf('--base', options.base) }),
      },
    });
    print(saved, options, (terminal) => {
      const what = saved.change === 'none' ? 'is stored so already' : saved.change;
      return `${terminal.c.green(what)}: revision ${saved.revision} of the policy`;
    });
  });
}

/** As compilers write it, so that an editor finds the place. */
export function problemLine(
  file: string,
  {
    line,
    column,
    field,
    message,
  }: { line: number | null; column: number | null; field: string; message: string },
): string {
  const place = line === null ? file : `${file}:${line}:${column ?? 1}`;
  return visibleText(`${place}: ${field === '(all)' ? '' : `${field}: `}${message}`);
}

export function numberOf(flag: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new SentinelError('wrong-usage', `${flag} expects a whole number, not '${text}'.`);
}

/** Line by line: what came from outside must not reach a terminal raw. */
function visibleLines(source: string): string {
  return source
    .split('\n')
    .map((line) => visibleText(line.replaceAll('\t', '  ')))
    .join('\n');
}
