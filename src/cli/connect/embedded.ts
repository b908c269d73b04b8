import { createReadStream } from 'node:fs';
import { userInfo } from 'node:os';
import type * as z from 'zod';
import { openApp } from '../../app.ts';
import type { LoadedConfig } from '../../config.ts';
import { type LiveFeed, openLiveFeed, type StreamName } from '../../engine/live-feed.ts';
import { SentinelError } from '../../lib/errors.ts';
import { fieldProblems } from '../../lib/field-problems.ts';
import { newId } from '../../lib/ids.ts';
import { type AnyInput, queryTexts } from '../../operations/client.ts';
import { type Input, invoke } from '../../operations/invoke.ts';
import type { AnyOperation, Caller, Download, Upload } from '../../operations/operation.ts';
import { VERSION } from '../globals.ts';
import type { LiveStream, OpenSession } from '../session.ts';
import type { Place } from './place.ts';

const DEFAULT_PROJECT = 'prj_default';

/** The application in this process: the operations as the server would do them, without the network. */
export async function openEmbedded(configuration: LoadedConfig, place: Place): Promise<OpenSession> {
  const app = await openApp(configuration.config, { role: 'cli', version: VERSION, configuration });
  const { services } = app;
  let project: string | undefined;
  let feed: LiveFeed | undefined;
  const invokeHere = (operation: AnyOperation, read: () => Input<z.ZodType, z.ZodType, z.ZodType>) =>
    invoke(
      operation,
      {
        services,
        caller: ownerCaller(project),
        from: { address: '', agent: `sentinelx-cli/${VERSION}`, request: newId('req') },
      },
      read,
    );
  return {
    place,
    get project() {
      return project;
    },
    use(id) {
      project = id;
    },
    async call(operation, input = {}) {
      return (await invokeHere(operation, () => readInput(operation, input))) as never;
    },
    async download(operation, input) {
      const file = (await invokeHere(operation, () => readInput(operation, input))) as Download;
      return { name: file.name, mediaType: file.mediaType, content: file.open() };
    },
    async upload(operation, input, file) {
      const body: Upload = {
        name: file.name,
        mediaType: file.mediaType,
        content: createReadStream(file.path),
      };
      return (await invokeHere(operation, () => ({
        ...readInput(operation, { ...input, body: undefined }),
        body,
      }))) as never;
    },
    async follow(stream, after, subscriber, signal) {
      feed ??= openLiveFeed(services.store);
      await feed.follow(
        streamName(stream, project ?? DEFAULT_PROJECT),
        after,
        {
          events: async (list) => subscriber.events(list),
          gap: () => subscriber.gap?.(),
        },
        signal,
      );
    },
    async close() {
      feed?.close();
      await app.close();
    },
  };
}

/** The owner of the data folder, with all permissions. */
function ownerCaller(project = DEFAULT_PROJECT): Caller {
  const name = userName();
  return {
    id: `local:${name}`,
    name,
    project,
    local: true,
    permissions: 'all',
    via: { kind: 'local', id: null },
    verified: Number.POSITIVE_INFINITY,
  };
}

/** Read as a server reads it: a query is text. */
function readInput(operation: AnyOperation, input: AnyInput): Input<z.ZodType, z.ZodType, z.ZodType> {
  const query: Record<string, unknown> = {};
  for (const [name, value] of queryTexts(input.query)) {
    const before = query[name];
    query[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return {
    path: parse(operation.pathParams, input.path ?? {}),
    query: parse(operation.query.strict(), query),
    body: operation.method === 'GET' ? undefined : parse(operation.body, input.body ?? {}),
  };
}

function parse(schema: z.ZodObject, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = fieldProblems(schema, value, result.error.issues);
  throw new SentinelError(
    'invalid-parameter',
    fields.map((field) => `${field.field}: ${field.message}`).join('; '),
    { fields },
  );
}

function streamName(stream: LiveStream, project: string): StreamName {
  if (stream === 'events') return { kind: 'events', project };
  const at = stream.indexOf(':');
  return { kind: stream.slice(0, at) === 'log' ? 'log' : 'run', run: stream.slice(at + 1) };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}
