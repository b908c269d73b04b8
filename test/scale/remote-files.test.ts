import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openS3Blobs } from '../../src/blobs/s3-blobs.ts';
import { type Many, missingForMany, type Part, startMany } from '../servers/many.ts';
import { type S3Server, startS3rver } from '../servers/s3.ts';
import { VECTOR } from '../workflows/helper.ts';
import { ask, startRun, whenAllEnded } from './drive.ts';

const missing = missingForMany();
const SECRET = 'AWS_ACCESS_KEY_ID=AKIAQ3EGZ7XW5TLB2NPD\n';

/** Files are in an S3-compatible store, of which the worker knows nothing: what it needs comes through its one connection. */
describe.skipIf(missing !== '')(
  `a worker of another network, files in S3${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    let many: Many;
    let server: Part;
    let s3: S3Server;
    beforeAll(async () => {
      [many, s3] = await Promise.all([startMany(), startS3rver()]);
      const { endpoint, bucket, prefix, accessKey, secretKey } = s3.settings;
      server = await many.server({
        env: {
          SENTINELX_WORKER_PLACES: '0',
          SENTINELX_BLOBS_S3_ENDPOINT: endpoint,
          SENTINELX_BLOBS_S3_BUCKET: bucket,
          SENTINELX_BLOBS_S3_PREFIX: prefix,
          SENTINELX_BLOBS_S3_ACCESS_KEY: accessKey,
          SENTINELX_BLOBS_S3_SECRET_KEY: secretKey,
        },
      });
      await ask([server], '/api/v1/roles', { name: 'remote-worker', permissions: ['worker:join'] });
      const { value } = (await ask([server], '/api/v1/tokens', { name: 'w', role: 'remote-worker' })) as {
        value: string;
      };
      await many.alone(
        [
          'worker',
          'start',
          '--server',
          server.base,
          '--token',
          value,
          '--places',
          '2',
          '--labels',
          'zone=dmz',
        ],
        /takes steps/,
      );
    }, 90_000);
    afterAll(async () => {
      await many?.[Symbol.asyncDispose]();
      await s3?.close();
    });

    test('an upload larger than a message reaches it whole; its findings come back', async () => {
      expect(((await ask([server], '/api/v1/system')) as { files: string }).files).toBe('s3');
      // The line to be found is the last of 12 MB.
      const file = await upload(
        'deploy.env',
        `${'# nothing to see on this line\n'.repeat(400_000)}${SECRET}`,
      );
      const run = await startRun([server], scan(`upload:${file}`), {});
      await whenAllEnded(many, 60);
      const [scanned] = await many.query('select status, counts, instance from run where workflow_run = $1', [
        run,
      ]);
      expect(scanned.status).toBe('done');
      expect(JSON.parse(scanned.counts).new).toBe(1);
      const [finding] = await many.query(`select location from finding where task = 'secrets-scan'`);
      expect(JSON.parse(finding.location)).toMatchObject({
        path: 'deploy.env',
        region: { startLine: 400_001 },
      });
    }, 90_000);

    test('a secret is put in at the point of use, and stands nowhere afterwards', async () => {
      const { status } = await fetch(`${server.base}/api/v1/secrets/vector`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ value: VECTOR }),
      });
      expect(status).toBeLessThan(300);
      const run = await startRun(
        [server],
        [
          'name: hidden',
          'steps:',
          '  - name: a',
          '    task: cvss',
          // Only the worker has it: the servers do other tasks without powers themselves.
          '    labels: { zone: dmz }',
          `    params: { vector: '\${{ secrets.vector }}' }`,
        ].join('\n'),
        {},
      );
      await whenAllEnded(many, 60);
      const [row] = await many.query('select * from run where workflow_run = $1', [run]);
      expect(row.status, row.error_message).toBe('done');
      expect(JSON.parse(row.output).vectors[0].score).toBe(9.8);
      expect(JSON.stringify(row)).not.toContain(VECTOR);
    }, 60_000);

    test('an upload whose bytes are gone from the store fails its run, and says so', async () => {
      const file = await upload('gone.env', SECRET.replace('Q3', 'Q4'));
      const [{ blob }] = await many.query('select blob from stored_file where id = $1', [file]);
      await openS3Blobs(s3.settings).remove(blob);
      const run = await startRun([server], scan(`upload:${file}`), {});
      await whenAllEnded(many, 60);
      const [row] = await many.query('select status, error_code from run where workflow_run = $1', [run]);
      expect([row.status, row.error_code]).toEqual(['failed', 'unreadable-target']);
    }, 60_000);

    const scan = (path: string) =>
      `name: scan\nsteps:\n  - { name: a, task: secrets-scan, params: { path: '${path}' } }\n`;

    async function upload(name: string, text: string): Promise<string> {
      const form = new FormData();
      form.append('file', new Blob([text], { type: 'text/plain' }), name);
      const response = await fetch(`${server.base}/api/v1/files`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.token}` },
        body: form,
      });
      const body = (await response.json()) as { id: string };
      expect(response.status, JSON.stringify(body)).toBe(201);
      return body.id;
    }
  },
);
