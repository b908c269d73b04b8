import { createHash } from 'node:crypto';
import { SentinelError } from '../lib/errors.ts';
import { escapeXml } from '../lib/escape-xml.ts';
import { newId } from '../lib/ids.ts';
import type { BlobEntry, Blobs } from './blobs.ts';
import { type S3Client, type S3Settings, s3Client } from './s3-request.ts';

/** Ids are random, and one is never used again: what was removed cannot come back under a row that names it. */
const BLOB_ID = /^blob_[0-9a-f-]{36}$/;
/** S3 takes 10,000 parts of at least 5 MiB: with 16 MiB a blob has at most 156 GiB. One part is held in memory. */
const PART_BYTES = 16 * 1024 * 1024;

export interface S3BlobSettings extends S3Settings {
  /** What the names of our objects begin with. */
  prefix: string;
}

/** Objects in a bucket of an S3-compatible service. */
export function openS3Blobs(settings: S3BlobSettings): Blobs {
  const client = s3Client(settings);
  const keyOf = (id: string) => {
    if (!BLOB_ID.test(id)) throw missing();
    return `${settings.prefix}${id}`;
  };

  return {
    kind: 's3',
    shared: false,

    async put(content) {
      const id = newId('blob');
      const hash = createHash('sha256');
      let size = 0;
      let upload: Multipart | undefined;
      try {
        let last: Buffer = Buffer.alloc(0);
        for await (const part of parts(content)) {
          hash.update(part);
          size += part.length;
          // Only when a further part follows it is known that one request is not enough.
          if (last.length > 0) {
            upload ??= await beginMultipart(client, keyOf(id));
            await upload.add(last);
          }
          last = part;
        }
        if (upload) {
          await upload.add(last);
          await upload.complete();
        } else await client.text({ method: 'PUT', key: keyOf(id), body: last });
      } catch (error) {
        await upload?.abort();
        throw error;
      }
      return { id, size, sha256: hash.digest('hex') };
    },

    async *open(id, range) {
      const headers: Record<string, string> = range ? { range: `bytes=${range.start}-${range.end}` } : {};
      const answer = await client.send({ method: 'GET', key: keyOf(id), headers }, [404]);
      const { status, body } = answer;
      if (status === 404) throw (await client.missing(answer)) ?? missing();
      // A service that does not know ranges sends everything, one that errs too much: what was asked for is cut out.
      let skip = range && status !== 206 ? range.start : 0;
      let left = range ? range.end - range.start + 1 : Number(body.headers['content-length'] ?? Number.NaN);
      try {
        for await (const bytes of body as AsyncIterable<Buffer>) {
          const wanted = bytes.subarray(skip, Number.isNaN(left) ? undefined : skip + left);
          skip = Math.max(0, skip - bytes.length);
          left -= wanted.length;
          if (wanted.length > 0) yield wanted;
          if (left === 0) return;
        }
        if (left > 0) throw new Error('The answer ended early.');
      } catch (cause) {
        throw client.fault(cause);
      } finally {
        body.destroy();
      }
    },

    async has(id) {
      return BLOB_ID.test(id) && (await putTime(client, keyOf(id))) !== undefined;
    },

    async remove(id, { unlessPutAfter } = {}) {
      const key = keyOf(id);
      const put = await putTime(client, key);
      if (put === undefined || (unlessPutAfter !== undefined && put > unlessPutAfter)) return false;
      await client.text({ method: 'DELETE', key }, [404]);
      return true;
    },

    async *list(): AsyncGenerator<BlobEntry> {
      let token: string | undefined;
      do {
        const query = { 'list-type': '2', prefix: settings.prefix };
        const { text } = await client.text({
          method: 'GET',
          key: '',
          query: token === undefined ? query : { ...query, 'continuation-token': token },
        });
        for (const entry of elements(text, 'Contents')) {
          const id = (element(entry, 'Key') ?? '').slice(settings.prefix.length);
          if (!BLOB_ID.test(id)) continue;
          yield {
            id,
            size: Number(element(entry, 'Size')),
            put: Date.parse(element(entry, 'LastModified') ?? ''),
          };
        }
        token = element(text, 'IsTruncated') === 'true' ? element(text, 'NextContinuationToken') : undefined;
      } while (token !== undefined);
    },

    async sweep(before) {
      // Not every service can list them; those that cannot end them by themselves or by a rule of the bucket.
      const query = { uploads: '', prefix: settings.prefix };
      const { status, text } = await client.text({ method: 'GET', key: '', query }, [400, 404, 405, 501]);
      if (status >= 400) return 0;
      let count = 0;
      for (const entry of elements(text, 'Upload')) {
        const key = element(entry, 'Key') ?? '';
        const begun = Date.parse(element(entry, 'Initiated') ?? '');
        if (!BLOB_ID.test(key.slice(settings.prefix.length)) || !(begun <= before)) continue;
        await client.text(
          { method: 'DELETE', key, query: { uploadId: element(entry, 'UploadId') ?? '' } },
          [404],
        );
        count += 1;
      }
      return count;
    },

    close: async () => undefined,
  };
}

type Multipart = Awaited<ReturnType<typeof beginMultipart>>;

/** An upload in parts: the object appears when it is completed, whole. */
async function beginMultipart(client: S3Client, key: string) {
  const { text } = await client.text({ method: 'POST', key, query: { uploads: '' } });
  const uploadId = element(text, 'UploadId');
  if (uploadId === undefined) throw client.fault(new Error('no upload id'));
  const tags: string[] = [];

  return {
    async add(body: Buffer): Promise<void> {
      const query = { partNumber: String(tags.length + 1), uploadId };
      const answer = await client.send({ method: 'PUT', key, query, body });
      answer.body.resume();
      tags.push(String(answer.headers.etag ?? ''));
    },
    async complete(): Promise<void> {
      const list = tags
        .map(
          (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(tag)}</ETag></Part>`,
        )
        .join('');
      const body = Buffer.from(`<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`);
      const headers = { 'content-type': 'application/xml' };
      const answer = await client.text({ method: 'POST', key, query: { uploadId }, headers, body });
      // The service says 200 first and may fail afterwards.
      if (/<Error>/.test(answer.text)) throw client.fault(new Error('The upload was not completed.'));
    },
    async abort(): Promise<void> {
      await client.text({ method: 'DELETE', key, query: { uploadId } }, [404]).catch(() => undefined);
    },
  };
}

/** When the object was put, in ms; undefined when there is none. */
async function putTime(client: S3Client, key: string): Promise<number | undefined> {
  const { status, headers, body } = await client.send({ method: 'HEAD', key }, [404]);
  body.resume();
  return status === 404 ? undefined : Date.parse(headers['last-modified'] ?? '');
}

/** The content in parts of one size; the last one may be smaller. An empty content has none. */
async function* parts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const bytes of content) {
    let rest = bytes;
    while (size + rest.length >= PART_BYTES) {
      const taken = PART_BYTES - size;
      yield Buffer.concat([...waiting, rest.subarray(0, taken)]);
      rest = rest.subarray(taken);
      waiting = [];
      size = 0;
    }
    // A copy: the sender may use its buffer again.
    if (rest.length > 0) waiting.push(Buffer.from(rest));
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(waiting);
}

function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => match[1] ?? '');
}

function element(xml: string, name: string): string | undefined {
  const text = elements(xml, name)[0];
  return text
    ?.replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function missing(): SentinelError {
  return new SentinelError('not-found', 'There is no such blob.');
}
