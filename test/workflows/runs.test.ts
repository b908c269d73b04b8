import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { TestServer } from '../servers/sentinelx.ts';
import { must, onEachStore, start, VECTOR, whenEnded, whenRun } from './helper.ts';

let sx: TestServer;

const SCORE = `name: score
inputs:
  vector: { type: string, default: '${VECTOR}' }
steps:
  - { name: score, task: cvss, params: { vector: '\${{ inputs.vector }}' } }
  - { name: count, operation: runs.list, depends_on: score, params: { limit: 1 } }
outputs:
  base: \${{ steps.score.output.vectors[0].score }}
`;
const WAITING = `name: waiting
steps:
  - { name: wait, wait: 1h }
  - { name: after, task: cvss, depends_on: wait, params: { vector: '${VECTOR}' } }
finally:
  - { name: tidy, task: cvss, params: { vector: '${VECTOR}' } }
`;

onEachStore(
  (server) => {
    sx = server;
  },
  () => {
    test('a workflow is run by name, by document, as an object, and as older clients call it', async () => {
      await must(sx.call('/api/v1/workflows', { body: { source: SCORE } }));
      const vector = 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N';
      const object = { name: 'object', steps: [{ name: 'a', task: 'cvss', params: { vector: VECTOR } }] };
      const bodies = [
        { workflow: 'score' },
        { workflow: SCORE, inputs: { vector } },
        { workflow: object },
        { workflow_name: 'score', parameters: { vector } },
      ];
      const runs = await Promise.all(bodies.map(async (body) => whenEnded(sx, await start(sx, body))));
      expect(runs.map((run) => [run.status, run.outputs?.base ?? null])).toEqual([
        ['done', 9.8],
        ['done', 1.8],
        ['done', null],
        ['done', 1.8],
      ]);
      expect(runs[0].workflow).toMatch(/^wfl_/);
      expect(runs[1].workflow).toBeNull();
      expect((await sx.call('/api/v1/workflows/run', { body: {} })).body.code).toBe('invalid-parameter');
      const wrong = await sx.call('/api/v1/workflows/run', {
        body: { workflow: 'score', inputs: { vectr: 'x' } },
      });
      expect(wrong.body.fields).toEqual([{ field: 'vectr', message: expect.stringContaining('vector') }]);
    });

    test('a run shows each step with state, attempt, times and output', async () => {
      const id = await start(sx, { workflow: 'score' });
      const run = await whenEnded(sx, id);
      expect(run.steps.map((step: { name: string }) => step.name)).toEqual(['score', 'count']);
      expect(run.steps[0]).toMatchObject({
        status: 'done',
        attempt: 1,
        output: { vectors: [{ score: 9.8 }] },
        run: expect.stringMatching(/^run_/),
      });
      expect(run.steps[0].ended).toBeGreaterThanOrEqual(run.steps[0].started);
      const step = await must(sx.call(`/api/v1/workflows/runs/${id}/steps/score`));
      expect(step.attempts).toMatchObject([{ attempt: 1, status: 'done', run: run.steps[0].run }]);
      expect((await sx.call(`/api/v1/workflows/runs/${id}/steps/nothing`)).status).toBe(404);
      const definition = await must(sx.call(`/api/v1/workflows/runs/${id}/definition`));
      expect(definition.name).toBe('score');
    });

    test('items of for_each are counted with the step and read page by page', async () => {
      const workflow = `name: items
steps:
  - name: each
    task: cvss
    for_each: ['${VECTOR}', nonsense, '${VECTOR}']
    params: { vector: '\${{ item }}' }
    continue_on_error: true
`;
      const id = await start(sx, { workflow });
      const run = await whenEnded(sx, id);
      expect(run.steps[0].items).toEqual({ done: 2, failed: 1 });
      const first = await must(sx.call(`/api/v1/workflows/runs/${id}/steps/each/items?limit=2`));
      expect(first.items.map((item: { item: number; status: string }) => [item.item, item.status])).toEqual([
        [0, 'done'],
        [1, 'failed'],
      ]);
      const rest = await must(
        sx.call(`/api/v1/workflows/runs/${id}/steps/each/items?limit=2&cursor=${first.nextCursor}`),
      );
      expect(rest).toMatchObject({ items: [{ item: 2, input: VECTOR }], nextCursor: null });
      const one = await must(sx.call(`/api/v1/workflows/runs/${id}/steps/each?item=1`));
      expect(one.attempts[0].error.message).toBeTruthy();
    });

    test('the list of runs is filtered by status, workflow and trigger', async () => {
      const ids = async (query: string) =>
        (await must(sx.call(`/api/v1/workflows/runs?${query}`))).items.map((run: { id: string }) => run.id);
      const id = await start(sx, { workflow: WAITING });
      await whenRun(sx, id, (run) => run.status === 'waiting');
      expect(await ids('status=waiting')).toEqual([id]);
      expect(await ids('workflow=waiting')).toEqual([id]);
      expect(await ids('workflow=waiting&trigger=schedule')).toEqual([]);
      const page = await must(sx.call('/api/v1/workflows/runs?limit=1'));
      expect(page.items[0].id).toBe(id);
      expect((await ids(`limit=1&cursor=${page.nextCursor}`))[0]).not.toBe(id);
      expect((await must(sx.call(`/api/v1/workflows/runs/lookup?end=${id.slice(-8)}`))).items).toEqual([
        { id },
      ]);
    });

    test('a cancel ends the main steps, and what cleans up still runs', async () => {
      const id = await start(sx, { workflow: WAITING });
      await whenRun(sx, id, (run) => run.status === 'waiting');
      const answer = await sx.call(`/api/v1/workflows/runs/${id}/cancel`, { body: {} });
      expect(answer.status).toBe(200);
      const run = await whenEnded(sx, id);
      expect(run.status).toBe('cancelled');
      const status = Object.fromEntries(
        run.steps.map((step: { name: string; status: string }) => [step.name, step.status]),
      );
      expect(status).toMatchObject({ wait: 'cancelled', tidy: 'done' });
      expect((await sx.call(`/api/v1/workflows/runs/${id}/cancel`, { body: {} })).body.code).toBe(
        'run-not-active',
      );
    });

    test('a failed run is resumed where it failed, and replayed with other inputs', async () => {
      const workflow = `name: again
inputs: { second: string }
steps:
  - { name: one, task: cvss, params: { vector: '${VECTOR}' } }
  - { name: two, task: cvss, depends_on: one, params: { vector: '\${{ inputs.second }}' } }
`;
      const id = await start(sx, { workflow, inputs: { second: 'nonsense' } });
      const failed = await whenEnded(sx, id);
      expect(failed.status).toBe('failed');
      const resumed = await must(sx.call(`/api/v1/workflows/runs/${id}/resume`, { body: {} }));
      const second = await whenEnded(sx, resumed.run.id);
      expect(second).toMatchObject({ status: 'failed', rerunOf: id });
      // What went well is kept as it was, with its run.
      expect(second.steps[0].run).toBe(failed.steps[0].run);
      const mended = await must(
        sx.call(`/api/v1/workflows/runs/${id}/replay`, { body: { from: 'two', inputs: { second: VECTOR } } }),
      );
      const third = await whenEnded(sx, mended.run.id);
      expect(third).toMatchObject({
        status: 'done',
        rerunOf: id,
        fromStep: 'two',
        inputs: { second: VECTOR },
      });
      expect(third.steps[0].run).toBe(failed.steps[0].run);
      const whole = await must(
        sx.call(`/api/v1/workflows/runs/${id}/replay`, { body: { inputs: { second: VECTOR } } }),
      );
      const fourth = await whenEnded(sx, whole.run.id);
      expect(fourth.status).toBe('done');
      expect(fourth.steps[0].run).not.toBe(failed.steps[0].run);
      // The original is as it was.
      expect(await whenEnded(sx, id)).toEqual(failed);
    });

    test('a dry run says what would run, with which powers, and does nothing', async () => {
      const before = (await must(sx.call('/api/v1/workflows/runs?limit=1000'))).items.length;
      const workflow = `name: dry
steps:
  - { name: scan, task: secrets-scan, params: { path: 'sample:shop' } }
  - { name: elsewhere, task: http-check, params: { url: 'https://elsewhere.example/' } }
  - { name: list, operation: findings.list, depends_on: scan }
`;
      const plan = await must(sx.call('/api/v1/workflows/dry-run', { body: { workflow } }));
      expect(plan.needs).toMatchObject({
        powers: ['net', 'read'],
        permissions: ['finding:read', 'run:create', 'workflow:run'],
      });
      expect(plan.steps[0]).toMatchObject({
        does: 'task:secrets-scan',
        target: 'sample:shop',
        problem: null,
      });
      expect(plan.steps[1].problem.code).toBe('out-of-scope');
      const same = await must(sx.call('/api/v1/workflows/run', { body: { workflow, dry_run: true } }));
      expect(same).toMatchObject({ run: null, plan: { name: 'dry' } });
      expect((await must(sx.call('/api/v1/workflows/runs?limit=1000'))).items.length).toBe(before);
    });

    test('findings of all tasks of a run stand together, each once', async () => {
      const workflow = `name: twice
steps:
  - { name: one, task: secrets-scan, params: { path: 'sample:shop' } }
  - { name: two, task: secrets-scan, depends_on: one, params: { path: 'sample:shop' } }
`;
      const id = await start(sx, { workflow });
      await whenEnded(sx, id);
      const { items } = await must(sx.call(`/api/v1/workflows/runs/${id}/findings`));
      expect(items.length).toBeGreaterThan(5);
      expect(new Set(items.map((finding: { id: string }) => finding.id)).size).toBe(items.length);
      expect(items.every((finding: { change: string }) => finding.change === 'new')).toBe(true);
    }, 90_000);

    test('a run can be watched live from its beginning', async () => {
      const id = await start(sx, { workflow: 'score' });
      const socket = new WebSocket(`${sx.base.replace('http', 'ws')}/ws/execution`, {
        headers: { authorization: `Bearer ${sx.ownerToken}` },
      });
      const types: string[] = [];
      await new Promise<void>((resolve, reject) => {
        socket.on('error', reject);
        socket.on('open', () => socket.send(JSON.stringify({ subscribe: `run:${id}` })));
        socket.on('message', (raw: Buffer) => {
          const message = JSON.parse(raw.toString());
          if (message.error) reject(new Error(JSON.stringify(message)));
          for (const event of message.events ?? []) types.push(event.type);
          if (types.includes('workflow-run.ended')) resolve();
        });
      });
      socket.close();
      expect(types[0]).toBe('workflow-run.created');
      expect(types).toContain('workflow-step.changed');
    });
  },
);
