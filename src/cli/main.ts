import { createProgram } from './program.ts';
import { reportError } from './report-error.ts';

/** Runs one command line and sets the exit code. */
export async function main(args: string[]): Promise<void> {
  // A reader that has seen enough (`| head`) is no failure: what is left is not written, the exit code stays true.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const { program, failedCommand } = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(error, args, failedCommand());
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
