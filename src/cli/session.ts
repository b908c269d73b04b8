import type * as z from 'zod';
import type { LiveEvent } from '../engine/live-feed.ts';
import { closest } from '../lib/closest.ts';
import { SentinelError } from '../lib/errors.ts';
import type { AnyInput, OperationInput, Received } from '../operations/client.ts';
import type { AnyOperation, Operation } from '../operations/operation.ts';
import { projectList } from '../operations/projects.ts';
import { choosePlace, type Place, placeText } from './connect/place.ts';
import { configOf, type GlobalOptions } from './globals.ts';

/** Streams of the live feed, by the names that they have on the wire. */
export type LiveStream = `run:${string}` | `log:${string}` | 'events';

export interface LiveSubscriber {
  events(list: readonly LiveEvent[]): void;
  /** Events are missing (restore, retention): what is known must be read again. */
  gap?(): void;
  /** The connection is lost or back. */
  connection?(state: 'lost' | 'back'): void;
}

export interface LocalFile {
  name: string;
  mediaType: string;
  path: string;
}

/** Where a command works: on the embedded store, or through a server. Every command is written against this. */
export interface Session {
  place: Place;
  /** Id of the project, when one was named. */
  project: string | undefined;
  call<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, O extends z.ZodType>(
    operation: Operation<P, Q, B, O>,
    input?: OperationInput<P, Q, B>,
  ): Promise<z.output<O>>;
  download(operation: AnyOperation, input: AnyInput): Promise<Received>;
  upload<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType, O extends z.ZodType>(
    operation: Operation<P, Q, B, O>,
    input: OperationInput<P, Q, B>,
    file: LocalFile,
  ): Promise<z.output<O>>;
  /** What is stored behind the cursor, then what comes, until the signal. A lost connection goes on where it was. */
  follow(
    stream: LiveStream,
    after: string | undefined,
    subscriber: LiveSubscriber,
    signal: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
}

/** A session without a project yet; `project` chooses one for all later calls. */
export interface OpenSession extends Session {
  use(project: string): void;
}

export type ProjectOptions = GlobalOptions & { project?: string };

/** Opens a session for one command and closes it behind it. */
export async function withSession<T>(
  options: ProjectOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(options);
  try {
    if (options.project !== undefined) session.use(await projectId(session, options.project));
    return await work(session);
  } finally {
    await session.close();
  }
}

async function openSession(options: ProjectOptions): Promise<OpenSession> {
  const place = await choosePlace(options);
  if (options.verbose && place.kind === 'server') process.stderr.write(`works on ${placeText(place)}\n`);
  if (place.kind === 'embedded')
    return (await import('./connect/embedded.ts')).openEmbedded(configOf(options), place);
  return (await import('./connect/remote.ts')).openRemote(place);
}

/** By id, short name or name; an unknown one is told with the nearest. */
export async function projectId(session: Session, named: string): Promise<string> {
  const { items } = await session.call(projectList, { query: { archived: 'true' } });
  const found = items.find(({ id, slug, name }) => [id, slug, name].includes(named));
  if (found) return found.id;
  const slugs = items.map((project) => project.slug);
  const near = closest(named, slugs);
  throw new SentinelError(
    'not-found',
    `--project: there is no project '${named}'.${near ? ` Did you mean '${near}'?` : ` There are: ${slugs.join(', ')}.`}`,
  );
}
