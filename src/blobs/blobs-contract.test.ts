import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  motoProgram,
  type S3Server,
  startMoto,
  startS3rver,
  startVersity,
  versityProgram,
} from '../../test/servers/s3.ts';
import type { Blobs, ByteRange } from './blobs.ts';
import { openDiskBlobs } from './disk-blobs.ts';
import { openS3Blobs } from './s3-blobs.ts';
import { s3Client } from './s3-request.ts';

const WRITER = fileURLToPath(new URL('../../test/children/blob-writer.ts', import.meta.url));

interface Side {
  name: string;
  /** Opens an empty store; undefined when this machine lacks what it needs. */
  open(): Promise<{ blobs: Blobs; close(): Promise<void> }>;
}

const disk: Side = {
  name: 'disk',
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'sentinelx-blobs-'));
    return {
      blobs: openDiskBlobs(join(folder, 'blobs')),
      close: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

const s3 = (name: string, start: () => Promise<S3Server>): Side => ({
  name,
  async open() {
    const { settings, close } = await start();
    return { blobs: openS3Blobs(settings), close };
  },
});

const sides: Side[] = [disk, s3('s3: s3rver', startS3rver)];
if (motoProgram) sides.push(s3('s3: moto', startMoto));
else test.skip('blobs: s3: moto (moto_server is not installed)', () => undefined);
if (versityProgram) sides.push(s3('s3: versitygw', startVersity));
else test.skip('blobs: s3: versitygw (it is not installed)', () => undefined);

describe.each(sides)('blobs: $name', ({ open }) => {
  let blobs: Blobs;
  let close: () => Promise<void>;
  beforeAll(async () => ({ blobs, close } = await open()));
  afterAll(async () => {
    await blobs.close();
    await close();
  });

  const put = (text: string) => blobs.put(pieces(Buffer.from(text), 7));
  const read = async (id: string, range?: ByteRange) => {
    const parts: Uint8Array[] = [];
    for await (const bytes of blobs.open(id, range)) parts.push(bytes);
    return Buffer.concat(parts).toString('latin1');
  };
  const listed = async () => {
    const ids: string[] = [];
    for await (const entry of blobs.list()) ids.push(entry.id);
    return ids.sort();
  };

  test('what is put comes back whole, with its size and hash', async () => {
    for (const text of ['', 'x', 'hello blobs', 'ü€\0\r\n'.repeat(1000)]) {
      const blob = await put(text);
      expect(blob.size).toBe(Buffer.byteLength(text));
      expect(blob.sha256).toBe(createHash('sha256').update(text).digest('hex'));
      expect(Buffer.from(await read(blob.id), 'latin1').toString()).toBe(text);
      expect(await blobs.has(blob.id)).toBe(true);
    }
  });

  test('a range gives its bytes and no others', async () => {
    const { id } = await put('0123456789');
    expect(await read(id, { start: 0, end: 0 })).toBe('0');
    expect(await read(id, { start: 3, end: 6 })).toBe('3456');
    expect(await read(id, { start: 9, end: 9 })).toBe('9');
    expect(await read(id, { start: 0, end: 9 })).toBe('0123456789');
  });

  test('what is not there is said so, whatever is asked', async () => {
    const { id } = await put('to be removed');
    expect(await blobs.remove(id)).toBe(true);
    expect(await blobs.remove(id)).toBe(false);
    for (const missing of [id, '../../etc/passwd', 'x', '']) {
      expect(await blobs.has(missing).catch(() => false)).toBe(false);
      await expect(read(missing)).rejects.toMatchObject({ code: 'not-found' });
    }
  });

  test('a content that fails leaves nothing', async () => {
    const before = await listed();
    async function* failing() {
      yield Buffer.alloc(100_000, 1);
      throw new Error('the sender is gone');
    }
    await expect(blobs.put(failing())).rejects.toThrow('the sender is gone');
    expect(await listed()).toEqual(before);
  });

  test('the list knows each with size and time; a removal spares what was put again', async () => {
    const started = Date.now();
    const { id } = await put('listed');
    const entries = await Array.fromAsync(blobs.list());
    const entry = entries.find((one) => one.id === id);
    expect(entry?.size).toBe(6);
    // S3 counts whole seconds.
    expect(entry?.put).toBeGreaterThanOrEqual(started - 1500);
    expect(await blobs.remove(id, { unlessPutAfter: started - 5000 })).toBe(false);
    expect(await read(id)).toBe('listed');
    expect(await blobs.remove(id, { unlessPutAfter: Date.now() + 5000 })).toBe(true);
    expect(await listed()).not.toContain(id);
  });

  test('many at once do not get in each other’s way', async () => {
    const stored = await Promise.all(Array.from({ length: 20 }, (_, index) => put(`content ${index % 10}`)));
    for (const [index, { id }] of stored.entries()) expect(await read(id)).toBe(`content ${index % 10}`);
  });

  test('40 MB pass through with bounded memory', async () => {
    const size = 40 * 1024 * 1024;
    const hash = createHash('sha256');
    let peak = 0;
    const before = process.memoryUsage().rss;
    async function* content() {
      for (let at = 0; at < size; at += 1024 * 1024) {
        const bytes = Buffer.alloc(1024 * 1024, at / 1024 / 1024);
        hash.update(bytes);
        peak = Math.max(peak, process.memoryUsage().rss - before);
        yield bytes;
      }
    }
    const blob = await blobs.put(content());
    expect([blob.size, blob.sha256]).toEqual([size, hash.digest('hex')]);
    const back = createHash('sha256');
    for await (const bytes of blobs.open(blob.id)) back.update(bytes);
    expect(back.digest('hex')).toBe(blob.sha256);
    expect(await read(blob.id, { start: size - 3, end: size - 1 })).toBe('\x27\x27\x27');
  }, 60_000);
});

describe('blobs on disk', () => {
  test('the same content is stored once, and a new put keeps it', async () => {
    const { blobs, close } = await disk.open();
    const first = await blobs.put(pieces(Buffer.from('same'), 2));
    const second = await blobs.put(pieces(Buffer.from('same'), 3));
    expect(second.id).toBe(first.id);
    expect(await Array.fromAsync(blobs.list())).toHaveLength(1);
    await close();
  });

  test('a put that is killed leaves no blob, and its part is swept later', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sentinelx-blobs-'));
    const child = spawn(process.execPath, [WRITER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const blobs = openDiskBlobs(folder);
    expect(await Array.fromAsync(blobs.list())).toEqual([]);
    const [part = ''] = readdirSync(folder);
    expect(part).toMatch(/\.part$/);
    expect(await blobs.sweep(Date.now() - 60_000)).toBe(0);
    utimesSync(join(folder, part), new Date(0), new Date(0));
    expect(await blobs.sweep(Date.now() - 60_000)).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
});

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('blobs in S3', () => {
  // The one from npm cannot list them.
  test.skipIf(!motoProgram)(
    'an upload in parts that fails is ended at the service, one that was killed is swept later',
    async () => {
      await using server = await startMoto();
      const { settings } = server;
      const blobs = openS3Blobs(settings);
      const client = s3Client(settings);
      const open = async () => (await client.text({ method: 'GET', key: '', query: { uploads: '' } })).text;
      async function* failing() {
        yield Buffer.alloc(40 * 1024 * 1024);
        throw new Error('the sender is gone');
      }
      await expect(blobs.put(failing())).rejects.toThrow('the sender is gone');
      expect(await open()).not.toContain('<UploadId>');
      await client.text({
        method: 'POST',
        key: `${settings.prefix}blob_01a213a5-3386-7000-af8b-6720b4a1808f`,
        query: { uploads: '' },
      });
      expect(await open()).toContain('<UploadId>');
      expect(await blobs.sweep(Date.now() + 3600_000)).toBe(1);
      expect(await open()).not.toContain('<UploadId>');
    },
    60_000,
  );

  test('a service that is gone is told in a few words', async () => {
    await using server = await startS3rver();
    const { settings } = server;
    await server.close();
    await expect(
      openS3Blobs(settings).has('blob_01a213a5-3386-7000-af8b-6720b4a1808f'),
    ).rejects.toMatchObject({ code: 'blobs-unavailable' });
  }, 30_000);

  // The two above take any signature.
  test.skipIf(!versityProgram)(
    'wrong keys are refused, and not told',
    async () => {
      await using server = await startVersity();
      const { settings } = server;
      for (const wrong of [{ secretKey: 'not-the-secret-key' }, { accessKey: 'not-the-access-key' }]) {
        const blobs = openS3Blobs({ ...settings, ...wrong });
        const error = await blobs.put(pieces(Buffer.from('x'), 1)).catch((cause: unknown) => cause);
        expect(error).toMatchObject({
          code: 'blobs-unavailable',
          message: expect.stringMatching(/ answers 40\d \(\w+\)\.$/),
        });
        expect(String(error)).not.toContain('not-the');
      }
    },
    30_000,
  );

  // The one from npm makes its page tokens with a cipher that Node no longer has.
  test.skipIf(!motoProgram)(
    'more objects than one page of a list holds are all listed',
    async () => {
      await using server = await startMoto();
      const { settings } = server;
      const blobs = openS3Blobs(settings);
      for (let round = 0; round < 41; round += 1)
        await Promise.all(Array.from({ length: 25 }, () => blobs.put(pieces(Buffer.from('x'), 1))));
      expect(await Array.fromAsync(blobs.list())).toHaveLength(1025);
    },
    60_000,
  );
});
