import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';

/** Runs one command line and sets the exit code. */
export async function main(args: string[]): Promise<void> {
  hideToken(args);
  // A reader that has seen enough (`| head`) is no failure: what is left is not written, the exit code stays true.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const { program, failedCommand } = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(error, args, failedCommand());
  }
}

/** Other users of the machine see the arguments of a process: a token among them is shown for a moment only. */
function hideToken(args: readonly string[]): void {
  if (args.some((arg) => arg === '--token' || arg.startsWith('--token='))) process.title = 'sentinelx';
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
