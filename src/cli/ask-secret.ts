import { readFileSync } from 'node:fs';
import { SentinelError } from '../lib/errors.ts';

let lines: string[] | undefined;

/** The next line of the standard input; a secret ends with its line, not with a line break in it. */
export function secretFromInput(what: string): string {
  lines ??= readFileSync(0, 'utf8').split(/\r?\n/);
  const line = lines.shift();
  if (line === undefined || line === '')
    throw new SentinelError(
      'wrong-usage',
      `The standard input has no ${what.charAt(0).toLowerCase()}${what.slice(1)}: it expects one line for each.`,
    );
  return line;
}

/** Asks at the terminal without showing what is typed. */
export async function askSecret(what: string, flag: string): Promise<string> {
  if (!canAsk())
    throw new SentinelError(
      'wrong-usage',
      `${what} is needed, and there is no terminal to ask at: give it on the standard input with ${flag}.`,
    );
  const { password } = await import('@clack/prompts');
  const { answer } = await import('./interactive-answer.ts');
  return answer(
    await password({ message: what, validate: (text) => (text ? undefined : 'This one is needed.') }),
  );
}

/** The same, and empty for none. */
export async function offerSecret(what: string): Promise<string | undefined> {
  const { password } = await import('@clack/prompts');
  const { answer } = await import('./interactive-answer.ts');
  return answer(await password({ message: `${what} (empty for none)` })) || undefined;
}

export async function askText(what: string, flag: string): Promise<string> {
  if (!canAsk())
    throw new SentinelError('wrong-usage', `${what} is needed, and there is no terminal to ask at: ${flag}.`);
  const { text } = await import('@clack/prompts');
  const { answer } = await import('./interactive-answer.ts');
  return answer(await text({ message: what, validate: (value) => (value ? undefined : 'It is needed.') }));
}

export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}
