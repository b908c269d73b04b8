import * as z from 'zod';
import { nameBlob } from '../blobs/name-blob.ts';
import { removeIfUnnamed } from '../engine/file-retention.ts';
import { SentinelError } from '../lib/errors.ts';
import { newId } from '../lib/ids.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { Database } from '../store/schema.ts';
import type { Store } from '../store/store.ts';
import { Download, defineOperation, type OperationContext, Upload } from './operation.ts';
import { listOf, NO_BODY, NONE, Page, packCursor, page, unpackCursor } from './paging.ts';
import { acceptedType, checkContent } from './upload-types.ts';

const StoredFile = z.object({
  id: z.string(),
  name: z.string(),
  mediaType: z.string(),
  size: z.int(),
  sha256: z.string(),
  created: z.int(),
  expires: z.int().nullable(),
  actor: z.string(),
  /** What a parameter of a run takes to examine it. */
  target: z.string(),
});
const FilePath = z.object({ id: z.string().max(60) });
type Row = Pick<
  Database['stored_file'],
  'id' | 'project' | 'name' | 'media_type' | 'size' | 'sha256' | 'blob' | 'created' | 'expires' | 'actor'
>;

const DAY_MS = 86_400_000;

export const fileUpload = defineOperation({
  id: 'files.upload',
  summary: 'Upload a file, such as an archive of a project that a task is to examine',
  method: 'POST',
  path: '/files',
  permission: 'file:write',
  audited: true,
  pathParams: NONE,
  query: z.object({
    name: z.string().trim().min(1).max(200).optional().describe('Instead of the name that the file has'),
  }),
  body: Upload,
  output: StoredFile,
  status: 201,
  // The configuration has the limit.
  upload: { maxBytes: Number.MAX_SAFE_INTEGER },
  cli: 'file upload',
  async handler(context, { query, body }) {
    const { services, caller } = context;
    const { store, blobs, uploads } = services;
    const mediaType = acceptedType(body.mediaType, uploads.types);
    const left = uploads.quotaBytes - (await usedBytes(store.db, caller.project));
    if (left <= 0) throw quotaExceeded(uploads.quotaBytes);
    const blob = await blobs.put(
      within(checkContent(body.content, mediaType), [
        { bytes: left, error: () => quotaExceeded(uploads.quotaBytes) },
        {
          bytes: uploads.maxBytes,
          error: () => new SentinelError('too-large', `A file has at most ${uploads.maxBytes} bytes.`),
        },
      ]),
    );
    const now = Date.now();
    const row = {
      id: newId('fil'),
      project: caller.project,
      kind: 'upload',
      name: fileName(query.name ?? body.name),
      media_type: mediaType,
      size: blob.size,
      sha256: blob.sha256,
      blob: blob.id,
      created: now,
      expires: now + uploads.keepDays * DAY_MS,
      actor: caller.id,
    };
    try {
      return await context.change(async ({ tx, emit }) => {
        await nameBlob(blobs, blob.id);
        // Others may have uploaded while this one was on its way.
        if ((await usedBytes(tx, caller.project)) + blob.size > uploads.quotaBytes)
          throw quotaExceeded(uploads.quotaBytes);
        context.audit({ subject: row.id, after: { name: row.name, size: row.size, sha256: row.sha256 } });
        await tx.insertInto('stored_file').values(row).execute();
        emit({
          type: 'file.created',
          project: row.project,
          actor: caller.id,
          subject: row.id,
          data: { name: row.name, size: row.size, sha256: row.sha256 },
        });
        return view(row);
      });
    } catch (error) {
      await removeIfUnnamed(store, blobs, blob.id, now).catch(() => undefined);
      throw error;
    }
  },
});

export const fileList = defineOperation({
  id: 'files.list',
  summary: 'Uploaded files, newest first',
  method: 'GET',
  path: '/files',
  permission: 'file:read',
  audited: false,
  pathParams: NONE,
  query: z.object(Page),
  body: NO_BODY,
  output: listOf(StoredFile),
  cli: 'file list',
  async handler({ services, caller }, { query }) {
    let select = services.store.db
      .selectFrom('stored_file')
      .selectAll()
      .where('project', '=', caller.project)
      .orderBy('id', 'desc')
      .limit(query.limit + 1);
    if (query.cursor) select = select.where('id', '<', unpackCursor(query.cursor, z.tuple([z.string()]))[0]);
    const { rows, nextCursor } = page(await select.execute(), query.limit, (row) => packCursor(row.id));
    return { items: rows.map(view), nextCursor };
  },
});

export const fileGet = defineOperation({
  id: 'files.get',
  summary: 'One uploaded file',
  method: 'GET',
  path: '/files/{id}',
  permission: 'file:read',
  audited: false,
  pathParams: FilePath,
  query: NONE,
  body: NO_BODY,
  output: StoredFile,
  cli: 'file show',
  handler: async (context, { path }) => view(await ownFile(context, path.id)),
});

export const fileContent = defineOperation({
  id: 'files.content',
  summary: 'What an uploaded file holds',
  method: 'GET',
  path: '/files/{id}/content',
  permission: 'file:read',
  audited: false,
  pathParams: FilePath,
  query: NONE,
  body: NO_BODY,
  output: Download,
  download: true,
  cli: 'file download',
  async handler(context, { path }) {
    const row = await ownFile(context, path.id);
    return {
      name: row.name,
      mediaType: row.media_type,
      size: row.size,
      etag: `"${row.sha256.slice(0, 32)}"`,
      open: (range) => context.services.blobs.open(row.blob, range),
    };
  },
});

export const fileRemove = defineOperation({
  id: 'files.remove',
  summary: 'Remove an uploaded file; findings in it stay',
  method: 'DELETE',
  path: '/files/{id}',
  permission: 'file:write',
  audited: true,
  pathParams: FilePath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'file remove',
  async handler(context, { path }) {
    const { store, blobs } = context.services;
    const row = await ownFile(context, path.id);
    context.audit({ subject: row.id, before: { name: row.name, size: row.size, sha256: row.sha256 } });
    await context.change(async ({ tx, emit }) => {
      await tx.deleteFrom('stored_file').where('id', '=', row.id).execute();
      emit({
        type: 'file.removed',
        project: row.project,
        actor: context.caller.id,
        subject: row.id,
        data: { name: row.name, reason: 'removed' },
      });
    });
    // What was put later is the content of another upload that is under way.
    await removeIfUnnamed(store, blobs, row.blob, row.created);
    return {};
  },
});

async function ownFile({ services, caller }: OperationContext, id: string): Promise<Row> {
  const row = await services.store.db
    .selectFrom('stored_file')
    .selectAll()
    .where('id', '=', id)
    .where('project', '=', caller.project)
    .executeTakeFirst();
  if (!row) throw new SentinelError('not-found', `There is no file ${id}.`);
  return row;
}

function view(row: Row): z.output<typeof StoredFile> {
  return {
    id: row.id,
    name: row.name,
    mediaType: row.media_type,
    size: row.size,
    sha256: row.sha256,
    created: row.created,
    expires: row.expires,
    actor: row.actor,
    target: `upload:${row.id}`,
  };
}

async function usedBytes(db: Store['db'], project: string): Promise<number> {
  const row = await db
    .selectFrom('stored_file')
    .select((e) => e.fn.sum<number | string | null>('size').as('size'))
    .where('project', '=', project)
    .executeTakeFirst();
  return Number(row?.size ?? 0);
}

function quotaExceeded(bytes: number): SentinelError {
  return new SentinelError('quota-exceeded', `The files of a project have at most ${bytes} bytes together.`);
}

async function* within(
  content: AsyncIterable<Uint8Array>,
  limits: readonly { bytes: number; error: () => SentinelError }[],
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const bytes of content) {
    size += bytes.length;
    for (const limit of limits) if (size > limit.bytes) throw limit.error();
    yield bytes;
  }
}

/** The last part of a path, as it can be shown. */
function fileName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  // In a list, a log or a message a name is one line.
  return (
    visibleText(last.replace(/[\t\n]/g, ' '))
      .trim()
      .slice(0, 200) || 'file'
  );
}
