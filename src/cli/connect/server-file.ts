import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';

/** What a running server writes (0600) for the command line of the same user. */
const ServerFile = z.object({ pid: z.int(), url: z.url(), token: z.string(), started: z.int() });
export type ServerFile = z.infer<typeof ServerFile>;

/** A server that does not answer in this time is treated as none. */
const ANSWER_MS = 3_000;

/** Undefined when there is none, or none that can be read. */
export function readServerFile(dataDir: string): ServerFile | undefined {
  try {
    const parsed = ServerFile.safeParse(JSON.parse(readFileSync(join(dataDir, 'server.json'), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** It lives, and the token is its own: a server that was killed leaves its file, and its port may be another's now. */
export async function answersAs(file: ServerFile): Promise<boolean> {
  if (!isAlive(file.pid)) return false;
  try {
    const response = await fetch(new URL('/auth/session', file.url), {
      headers: { authorization: `Bearer ${file.token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, as another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
