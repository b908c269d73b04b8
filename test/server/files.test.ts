import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type App, openApp } from '../../src/app.ts';
import { tarOf, zipOf } from '../../src/archive/test-archives.ts';
import { sweepFiles } from '../../src/engine/file-retention.ts';
import { fileContent, fileRemove, fileUpload } from '../../src/operations/files.ts';
import { invoke } from '../../src/operations/invoke.ts';
import type { Caller } from '../../src/operations/operation.ts';
import { startS3rver } from '../servers/s3.ts';
import { startTestServer, type TestServer } from '../servers/sentinelx.ts';

const MB = 1024 * 1024;
let server: TestServer;
let other = '';

beforeAll(async () => {
  server = await startTestServer({
    config: {
      uploads: {
        maxMb: 2,
        quotaMb: 5,
        unpackedMb: 20,
        keepDays: 7,
        types: [
          'text/*',
          'application/zip',
          'application/gzip',
          'application/*+json',
          'application/octet-stream',
        ],
      },
    },
  });
  other = (await server.call('/api/v1/projects', { body: { name: 'Other', slug: 'other' } })).body.id;
});
afterAll(() => server[Symbol.asyncDispose]());

interface File {
  id: string;
  name: string;
  mediaType: string;
  size: number;
  sha256: string;
  target: string;
}

async function upload(
  content: Buffer | string,
  name: string,
  { type = 'application/octet-stream', project = '' } = {},
): Promise<{ status: number; body: File & { code?: string; detail?: string } }> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(Buffer.from(content))], { type }), name);
  const response = await fetch(`${server.base}/api/v1/files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.ownerToken}`,
      ...(project ? { 'x-sentinelx-project': project } : {}),
    },
    body: form,
  });
  return { status: response.status, body: await response.json() };
}

const remove = (id: string) => server.call(`/api/v1/files/${id}`, { method: 'DELETE' });
const blobs = () => {
  const folder = join(server.dataDir, 'blobs');
  return existsSync(folder) ? readdirSync(folder) : [];
};
const scratch = () => {
  const folder = join(server.dataDir, 'scratch');
  return existsSync(folder) ? readdirSync(folder) : [];
};

async function scan(path: string, project?: string) {
  const at = project === undefined ? {} : { project };
  const started = await server.call('/api/v1/tasks/secrets-scan/run', { body: { params: { path } }, ...at });
  if (started.status !== 202) return { refused: started.body, run: undefined, findings: [] };
  const run = await ended(started.body.run.id, project);
  const { body } = await server.call(`/api/v1/runs/${run.id}/findings`, at);
  return { run, findings: body.items as { id: string; location: { path: string } }[], refused: undefined };
}

async function ended(id: string, project?: string) {
  for (;;) {
    const { body } = await server.call(`/api/v1/runs/${id}`, project === undefined ? {} : { project });
    if (['done', 'partial', 'failed', 'cancelled', 'interrupted'].includes(body.status)) return body;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const secret = (seed: string) => `DB_PASSWORD = "Zq9${seed}wT4xLm8Kd2"\n`;
const project = (changed = '') => [
  { name: 'shop/src/settings.py', bytes: Buffer.from(`${changed}${secret('aa1')}`) },
  { name: 'shop/deploy/other.py', bytes: Buffer.from(secret('bb2')) },
  { name: 'shop/README.md', bytes: Buffer.from('# shop\n') },
];

test('an uploaded archive is examined; the same project uploaded again gives no new findings', async () => {
  const first = await upload(zipOf(project()), 'shop.zip', { type: 'application/zip' });
  expect(first.status).toBe(201);
  const one = await scan(first.body.target);
  expect(one.run.counts).toMatchObject({ new: 2, seen: 0 });
  expect(one.run.target).toBe('shop.zip');
  expect(one.findings.map((finding) => finding.location.path).sort()).toEqual([
    'shop/deploy/other.py',
    'shop/src/settings.py',
  ]);
  expect(scratch()).toEqual([]);

  const second = await upload(zipOf(project('# moved\n\n')), 'shop.zip', { type: 'application/zip' });
  expect(second.body.id).not.toBe(first.body.id);
  const two = await scan(second.body.target);
  expect(two.run.counts).toMatchObject({ new: 0, seen: 2, fixed: 0 });

  // As another kind of archive, under another name, with the asset named.
  const third = await upload(gzipSync(tarOf(project().slice(1))), 'shop-1.2.tar.gz');
  const three = await scan(`${third.body.target}#shop`);
  expect(three.run.counts).toMatchObject({ new: 0, seen: 1, fixed: 1 });
  // Without it, it is a project of its own.
  expect((await scan(third.body.target)).run.counts).toMatchObject({ new: 1, seen: 0, fixed: 0 });
  expect(scratch()).toEqual([]);
  for (const { body } of [first, second, third]) expect((await remove(body.id)).status).toBe(204);
});

test('a single file is given as it is', async () => {
  const { body } = await upload(`# settings\n${secret('cc3')}`, 'settings.py', { type: 'text/x-python' });
  const { run, findings } = await scan(body.target);
  expect(run.status).toBe('done');
  expect(findings.map((finding) => finding.location.path)).toEqual(['settings.py']);
  await remove(body.id);
});

test('an upload is known, listed, downloaded whole and in parts, and gone when it is removed', async () => {
  const content = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
  const { body } = await upload(content, '../../päth\u202e/data.bin');
  expect(body).toMatchObject({
    name: 'data.bin',
    size: 70_000,
    sha256: createHash('sha256').update(content).digest('hex'),
    mediaType: 'application/octet-stream',
  });
  expect((await server.call(`/api/v1/files/${body.id}`)).body).toEqual(body);
  const list = (await server.call('/api/v1/files?limit=1')).body;
  expect(list.items[0]).toEqual(body);

  const get = (headers: Record<string, string> = {}) =>
    fetch(`${server.base}/api/v1/files/${body.id}/content`, {
      headers: { authorization: `Bearer ${server.ownerToken}`, ...headers },
    });
  const whole = await get();
  expect(Buffer.from(await whole.arrayBuffer()).equals(content)).toBe(true);
  expect(whole.headers.get('content-disposition')).toContain('attachment');
  const part = await get({ range: 'bytes=100-299' });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 100-299/70000']);
  expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(100, 300))).toBe(true);
  const end = await get({ range: 'bytes=-10' });
  expect(Buffer.from(await end.arrayBuffer()).equals(content.subarray(-10))).toBe(true);
  expect((await get({ range: 'bytes=70000-' })).status).toBe(416);

  expect(blobs()).toContain(body.sha256);
  expect((await remove(body.id)).status).toBe(204);
  expect(blobs()).not.toContain(body.sha256);
  expect((await get()).status).toBe(404);
  expect((await scan(body.target)).refused.code).toBe('unreadable-target');
});

test('files belong to their project', async () => {
  const { body } = await upload(secret('dd4'), 'mine.py');
  expect((await server.call(`/api/v1/files/${body.id}`, { project: other })).status).toBe(404);
  expect((await server.call(`/api/v1/files/${body.id}/content`, { project: other })).status).toBe(404);
  expect((await server.call(`/api/v1/files/${body.id}`, { project: other, method: 'DELETE' })).status).toBe(
    404,
  );
  expect((await server.call('/api/v1/files', { project: other })).body.items).toEqual([]);
  expect((await scan(body.target, other)).refused.code).toBe('unreadable-target');
  // The same content in both: it is stored once, and stays as long as one of them names it.
  const same = await upload(secret('dd4'), 'theirs.py', { project: other });
  await remove(body.id);
  expect(blobs()).toContain(same.body.sha256);
  await server.call(`/api/v1/files/${same.body.id}`, { project: other, method: 'DELETE' });
  expect(blobs()).not.toContain(same.body.sha256);
});

test('a wrong type, a wrong form and a wrong field are refused, and nothing is stored', async () => {
  const before = blobs();
  expect((await upload('x', 'a.exe', { type: 'application/x-msdownload' })).body.code).toBe(
    'unsupported-media-type',
  );
  expect((await upload('no zip', 'a.zip', { type: 'application/zip' })).status).toBe(415);
  const auth = { authorization: `Bearer ${server.ownerToken}` };
  const json = await fetch(`${server.base}/api/v1/files`, {
    method: 'POST',
    headers: { ...auth, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(json.status).toBe(415);
  const form = new FormData();
  form.append('document', new Blob(['x']), 'x');
  const field = await fetch(`${server.base}/api/v1/files`, { method: 'POST', headers: auth, body: form });
  expect(((await field.json()) as { fields: { field: string }[] }).fields[0]?.field).toBe('file');
  const two = new FormData();
  for (const name of ['one', 'two']) two.append('file', new Blob([name], { type: 'text/plain' }), name);
  const second = await fetch(`${server.base}/api/v1/files`, { method: 'POST', headers: auth, body: two });
  expect([second.status, await second.json()]).toEqual([
    422,
    expect.objectContaining({
      detail: expect.stringContaining('expects one file'),
      code: 'invalid-parameter',
    }),
  ]);
  const empty = await fetch(`${server.base}/api/v1/files`, {
    method: 'POST',
    headers: auth,
    body: new FormData(),
  });
  expect(empty.status).toBe(422);
  const cut = await fetch(`${server.base}/api/v1/files`, {
    method: 'POST',
    headers: { ...auth, 'content-type': 'multipart/form-data; boundary=b' },
    body: '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\ncontent-type: text/plain\r\n\r\nhalf',
  });
  expect([cut.status, ((await cut.json()) as { code: string }).code]).toEqual([400, 'bad-request']);
  expect((await server.call('/api/v1/files')).body.items).toEqual([]);
  expect(blobs()).toEqual(before);
});

const HEAD = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n';

test('what says that it is too large is refused before a byte of it is sent', async () => {
  const url = new URL(server.base);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () =>
      socket.write(
        `POST /api/v1/files HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${server.ownerToken}\r\n` +
          `content-type: multipart/form-data; boundary=b\r\ncontent-length: ${50 * MB}\r\n\r\n`,
      ),
    );
    socket.once('data', (chunk) => {
      resolve(chunk.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('"too-large"');
});

test('what turns out to be too large is refused at that byte, and the sender is not read on', async () => {
  const before = blobs();
  let sent = 0;
  const { status, closed } = await new Promise<{ status: number; closed: Promise<void> }>(
    (resolve, reject) => {
      const sending = request(
        `${server.base}/api/v1/files`,
        {
          method: 'POST',
          headers: {
            authorization: `Bearer ${server.ownerToken}`,
            'content-type': 'multipart/form-data; boundary=b',
          },
        },
        (answer) => {
          answer.resume();
          resolve({
            status: answer.statusCode ?? 0,
            closed: new Promise((done) => sending.once('close', () => done())),
          });
        },
      );
      sending.once('error', reject);
      sending.write(HEAD);
      const timer = setInterval(() => {
        if (sending.destroyed) clearInterval(timer);
        else if (sending.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
      }, 2);
    },
  );
  expect(status).toBe(413);
  await closed;
  expect(sent).toBeLessThan(60 * MB);
  expect(blobs()).toEqual(before);
});

test('a sender that goes away in the middle leaves nothing', async () => {
  const before = blobs();
  await new Promise<void>((resolve) => {
    const sending = request(`${server.base}/api/v1/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.ownerToken}`,
        'content-type': 'multipart/form-data; boundary=b',
      },
    });
    sending.on('error', () => undefined);
    sending.once('close', () => resolve());
    sending.write(HEAD + 'x'.repeat(100_000));
    setTimeout(() => sending.destroy(), 200);
  });
  await expect.poll(() => blobs(), { timeout: 5000 }).toEqual(before);
  expect((await server.call('/api/v1/files')).body.items).toEqual([]);
});

test('the files of a project stay below its quota, also when they come at once', async () => {
  const content = (seed: number) => Buffer.alloc(1.5 * MB, seed);
  const results = await Promise.all([1, 2, 3, 4, 5].map((seed) => upload(content(seed), `${seed}.bin`)));
  const stored = results.filter((result) => result.status === 201);
  expect(stored).toHaveLength(3);
  expect(results.filter((result) => result.body.code === 'quota-exceeded')).toHaveLength(2);
  expect(blobs()).toHaveLength(3);
  for (const { body } of stored) await remove(body.id);
  expect(blobs()).toEqual([]);
});

test('a bomb and a path that leads out end the run with a clear error and leave nothing', async () => {
  const bomb = await upload(zipOf([{ name: 'zeros', bytes: Buffer.alloc(60 * MB) }]), 'bomb.zip');
  const slip = await upload(tarOf([{ name: '../../evil', bytes: Buffer.from('x') }]), 'slip.tar');
  for (const [file, words] of [
    [bomb, /bomb\.zip: zeros unpacks to more than/],
    [slip, /slip\.tar: \.\.\/\.\.\/evil leads out/],
  ] as const) {
    const { run } = await scan(file.body.target);
    expect([run.status, run.error.code]).toEqual(['failed', 'archive-refused']);
    expect(run.error.message).toMatch(words);
    expect(scratch()).toEqual([]);
    await remove(file.body.id);
  }
  expect(existsSync(join(server.folder, 'evil'))).toBe(false);
});

test('links are told in the log, files that cannot be read make the run partial', async () => {
  const links = await upload(
    tarOf([
      { name: 'a.py', bytes: Buffer.from(secret('ee5')) },
      { name: 'link', type: '2' },
    ]),
    'links.tar',
  );
  const { run, findings } = await scan(links.body.target);
  expect([run.status, findings.length]).toEqual(['done', 1]);
  const log = (await server.call(`/api/v1/runs/${run.id}/log`)).body.items as { text: string }[];
  expect(log.map((line) => line.text)).toContain('link: a symbolic link is left out');
  const locked = await upload(
    zipOf([
      { name: 'a.py', bytes: Buffer.from('x = 1\n') },
      { name: 'locked.py', bytes: Buffer.from('x'), flags: 1 },
    ]),
    'locked.zip',
  );
  const partial = await scan(locked.body.target);
  expect(partial.run.status).toBe('partial');
  const problems = (await server.call(`/api/v1/runs/${partial.run.id}/problems`)).body.items;
  expect(problems).toMatchObject([{ at: 'locked.py', code: 'archive-member' }]);
  for (const { body } of [links, locked]) await remove(body.id);
});

test('files past their time go, blobs that nothing names go later, and a put that is under way is spared', async () => {
  const { store, blobs: stored } = server.app.services;
  const kept = (await upload('kept', 'kept.txt', { type: 'text/plain' })).body;
  const old = (await upload('old', 'old.txt', { type: 'text/plain' })).body;
  const orphan = await stored.put([Buffer.from('orphan')] as never);
  const fresh = await stored.put([Buffer.from('fresh')] as never);
  await store.write({ lane: 'bulk' }, ({ tx }) =>
    tx
      .updateTable('stored_file')
      .set({ expires: Date.now() - 1 })
      .where('id', '=', old.id)
      .execute(),
  );
  const long = new Date(Date.now() - 2 * 3600_000);
  for (const id of [kept.sha256, old.sha256, orphan.id])
    utimesSync(join(server.dataDir, 'blobs', id), long, long);
  writeFileSync(join(server.dataDir, 'blobs', 'tmp_x.part'), 'half');
  utimesSync(join(server.dataDir, 'blobs', 'tmp_x.part'), long, long);
  expect(await sweepFiles(store, stored)).toEqual({ expired: 1, blobs: 2, leftOvers: 1 });
  expect(blobs().sort()).toEqual([kept.sha256, fresh.id].sort());
  expect((await server.call(`/api/v1/files/${old.id}`)).status).toBe(404);
  const event = await store.db
    .selectFrom('event')
    .select(['type', 'data'])
    .where('subject', '=', old.id)
    .orderBy('seq', 'desc')
    .executeTakeFirst();
  expect([event?.type, JSON.parse(event?.data ?? '{}').reason]).toEqual(['file.removed', 'expired']);
  await remove(kept.id);
});

test('sweeps and uploads of the same contents at the same time never leave a file without its content', async () => {
  const { store, blobs: stored } = server.app.services;
  let sweeping = true;
  const sweeper = (async () => {
    // With no grace at all: worse than it ever is.
    while (sweeping) await sweepFiles(store, stored, Date.now() + 3600_000);
  })();
  const results = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      upload(`content ${index % 5}`, `${index}.txt`, { type: 'text/plain' }),
    ),
  );
  sweeping = false;
  await sweeper;
  expect(results.some(({ status }) => status === 201)).toBe(true);
  for (const { status, body } of results) {
    if (status === 201) {
      const content = await fetch(`${server.base}/api/v1/files/${body.id}/content`, {
        headers: { authorization: `Bearer ${server.ownerToken}` },
      });
      expect([content.status, await content.text()]).toEqual([200, expect.stringMatching(/^content \d$/)]);
      await remove(body.id);
    } else expect(body.code).toBe('not-possible-now');
  }
});

test('a folder that a killed run left is gone after the next start, and uploads are audited', async () => {
  mkdirSync(join(server.dataDir, 'scratch', 'run_gone', 'content'), { recursive: true });
  const { sweepScratch } = await import('../../src/engine/scratch.ts');
  await sweepScratch(server.dataDir, async () => false);
  expect(scratch()).toEqual([]);
  const { items } = (await server.call('/api/v1/audit?limit=1000')).body as {
    items: { operation: string }[];
  };
  const operations = new Set(items.map((item) => item.operation));
  expect([operations.has('files.upload'), operations.has('files.remove')]).toEqual([true, true]);
});

test('with S3 the same works: upload, part of it, run, removal; the keys are stored secrets', async () => {
  await using s3 = await startS3rver();
  const { endpoint, region, bucket, prefix, accessKey, secretKey } = s3.settings;
  const key = '5'.repeat(64);
  // The first start has no S3 yet: that is where the keys to it are stored.
  const first = await startTestServer({ key });
  const put = (name: string, value: string) =>
    first.call(`/api/v1/secrets/${name}?of=instance`, { method: 'PUT', body: { value } });
  expect([(await put('s3.access', accessKey)).status, (await put('s3.secret', secretKey)).status]).toEqual([
    200, 200,
  ]);
  await first.server.close();
  await first.app.close();
  const app = await openApp(
    {
      dataDir: first.dataDir,
      keys: { instance: key },
      limits: { memoryMb: 512, timeSeconds: 60, findings: 10_000, logLines: 1000, concurrentRuns: 2 },
      net: { userAgent: 'test', ratePerSecond: 50 },
      blobs: {
        s3: {
          endpoint,
          region,
          bucket,
          prefix,
          accessKey: 'secret:s3.access',
          secretKey: 'secret:s3.secret',
        },
      },
    },
    { role: 'server', version: '0.0.0' },
  );
  const { blobs: stored, engine, store } = app.services;
  expect(stored.kind).toBe('s3');
  const caller = localCaller(app.services);
  const file = await caller.upload(zipOf(project()), 'shop.zip');
  const download = await caller.content(file.id);
  expect(await text(download.open({ start: 0, end: 1 }))).toBe('PK');
  const principal = { id: 'local:test', local: true, project: 'prj_default' };
  const run = await engine.start('secrets-scan', { path: file.target }, principal);
  expect(await engine.whenEnded(run.id)).toMatchObject({ status: 'done' });
  await caller.remove(file.id);
  expect(await Array.fromAsync(stored.list())).toEqual([]);
  const reads = await store.db
    .selectFrom('audit_entry')
    .select(['via', 'after'])
    .where('operation', '=', 'secret.read')
    .execute();
  expect(reads.map((read) => [read.via, JSON.parse(read.after ?? '').for])).toEqual([
    ['host', 'blobs.s3'],
    ['host', 'blobs.s3'],
  ]);
  await app.close();
  rmSync(first.folder, { recursive: true, force: true });
}, 60_000);

/** Operations as the command line calls them. */
function localCaller(services: App['services']) {
  const caller: Caller = {
    id: 'local:test',
    name: 'test',
    project: 'prj_default',
    local: true,
    permissions: 'all',
    via: { kind: 'local', id: null },
    verified: Number.POSITIVE_INFINITY,
  };
  const at = { services, caller, from: { address: '', agent: 'test', request: 'req_1' } };
  return {
    upload: (bytes: Buffer, name: string) =>
      invoke(fileUpload, at, () => ({
        path: {},
        query: {},
        body: { name, mediaType: 'application/zip', content: Readable.from([bytes]) },
      })),
    content: (id: string) => invoke(fileContent, at, () => ({ path: { id }, query: {}, body: undefined })),
    remove: (id: string) => invoke(fileRemove, at, () => ({ path: { id }, query: {}, body: undefined })),
  };
}

async function text(content: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const bytes of content) parts.push(bytes);
  return Buffer.concat(parts).toString('latin1');
}
