import { CommanderError } from 'commander';
import { SentinelError } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import { openTerminal } from './terminal.ts';

/** One line that says what is wrong, then what to do about it; with --verbose the causes. Returns the exit code. */
export function reportError(error: unknown, args: readonly string[], command: string): number {
  const verbose = args.includes('-v') || args.includes('--verbose');
  const terminal = openTerminal(process.stderr, { color: !args.includes('--no-color') });
  const { c } = terminal;
  const say = (text: string, hint?: string) => {
    const [first = '', ...rest] = visibleText(text).split('\n');
    terminal.write(`${c.red('error:')} ${first}\n${rest.map((line) => `       ${line}\n`).join('')}`);
    if (hint) terminal.write(`${c.dim(hint.replaceAll('`', "'"))}\n`);
  };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Commander has printed the help of a group that was called without its command.
    if (error.code !== 'commander.help') say(inOneLine(error.message), `See '${command} --help'.`);
    return 64;
  }
  if (error instanceof SentinelError) {
    say(messageOf(error), hintOf(error, args, command));
    if (verbose) causes(error.cause, terminal.write);
    return error.exitCode;
  }
  const unknown = error instanceof Error ? error : new Error(String(error));
  say(`Something broke inside SentinelX: ${unknown.message}`, 'Report it with what --verbose prints.');
  if (verbose) terminal.write(`${visibleText(unknown.stack ?? '')}\n`);
  return 1;
}

/** A message that names the way out needs no second one. */
function hintOf(error: SentinelError, args: readonly string[], command: string): string | undefined {
  if (/did you mean|sentinelx /i.test(error.message)) return undefined;
  if (error.code !== 'invalid-parameter') return error.hint;
  const task = ['run', 'validate'].includes(args[0] ?? '') ? args[1] : undefined;
  return task === undefined
    ? `Correct the named field; '${command} --help' says what it takes.`
    : `Correct the named field; 'sentinelx info ${task} -e' prints a working example.`;
}

/** Every wrong parameter on its own line. */
function messageOf(error: SentinelError): string {
  if (error.code !== 'invalid-parameter' || error.fields.length === 0) return error.message;
  return error.fields
    .map(
      ({ field, message, example }) =>
        `${field}: ${message}${example === undefined ? '' : `, for example '${example}'`}`,
    )
    .join('\n');
}

/** Commander's `error: unknown option '--jsno'\n(Did you mean --json?)` as one sentence. */
function inOneLine(message: string): string {
  const [what = '', meant] = message.replace(/^error: /, '').split('\n');
  const text = `${what.charAt(0).toUpperCase()}${what.slice(1)}`.replace(/([^.?!])$/, '$1.');
  return meant ? `${text} ${meant.replace(/^\(|\)$/g, '')}` : text;
}

function causes(cause: unknown, write: (text: string) => void): void {
  for (let at = cause, depth = 0; at !== undefined && depth < 10; depth += 1) {
    const text = at instanceof Error ? (at.stack ?? at.message) : String(at);
    write(`caused by: ${visibleText(text)}\n`);
    at = at instanceof Error ? at.cause : undefined;
  }
}
