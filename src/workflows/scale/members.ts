import * as z from 'zod';
import { instancesAlive } from '../../engine/instance.ts';
import type { Store } from '../../store/store.ts';
import { fits, whereOf } from '../engine/requirement.ts';

/** What a process says of itself to the others. */
export const About = z.object({
  labels: z.record(z.string(), z.string()),
  /** Steps with a process of their own at a time; 0: it takes no steps. */
  places: z.int(),
  /** Version of each task that it has. */
  tasks: z.record(z.string(), z.int()),
});
export type About = z.infer<typeof About>;

export interface Member extends About {
  id: string;
  role: string;
  host: string;
  pid: number;
  version: string;
  heartbeat: number;
}

/** The processes on this store that live. One of a release that says nothing of itself counts as one without labels. */
export async function membersAlive(
  { db, dialect }: Pick<Store, 'db' | 'dialect'>,
  deadMs: number,
): Promise<Member[]> {
  const rows = await instancesAlive(db, deadMs, dialect);
  return rows.map((row) => ({
    id: row.id,
    role: row.role,
    host: row.host,
    pid: row.pid,
    version: row.version,
    heartbeat: row.heartbeat,
    ...(About.safeParse(row.about === null ? null : JSON.parse(row.about)).data ?? {
      labels: {},
      places: row.role === 'cli' ? 0 : 1,
      tasks: {},
    }),
  }));
}

/** Whether one of them takes such steps. What is done inside is done by servers. */
export function isMet(requirement: string, members: readonly Member[]): boolean {
  const inside = whereOf(requirement) === 'inside';
  return members.some(
    (member) => (inside ? member.role === 'server' : member.places > 0) && fits(requirement, member.labels),
  );
}

/** Those of these needs that no process that lives meets. */
export async function unmetOf(
  store: Pick<Store, 'db' | 'dialect'>,
  deadMs: number,
  needs: readonly string[],
): Promise<Set<string>> {
  if (needs.length === 0) return new Set();
  const members = await membersAlive(store, deadMs);
  return new Set(needs.filter((requirement) => !isMet(requirement, members)));
}
