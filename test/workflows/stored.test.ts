import { expect, test } from 'vitest';
import type { TestServer } from '../servers/sentinelx.ts';
import { must, onEachStore, VECTOR } from './helper.ts';

let sx: TestServer;

const ONE = `# scores one vector
name: score
description: Scores one vector
tags: [cvss]
steps:
  - name: first
    task: cvss
    params: { vector: '${VECTOR}' }
`;
const TWO = `${ONE}  - name: second
    task: cvss
    depends_on: first
    params: { vector: '${VECTOR}' }
`;

onEachStore(
  (server) => {
    sx = server;
  },
  () => {
    test('a document is stored as it was written; each change is a revision, the same again is none', async () => {
      const made = await sx.call('/api/v1/workflows', { body: { source: ONE, note: 'first' } });
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({
        name: 'score',
        revision: 1,
        change: 'created',
        source: ONE,
        format: 'yaml',
      });
      const again = await must(sx.call('/api/v1/workflows/score', { method: 'PUT', body: { source: ONE } }));
      expect(again).toMatchObject({ revision: 1, change: 'none' });
      const changed = await must(
        sx.call('/api/v1/workflows/score', { method: 'PUT', body: { source: TWO, note: 'a second' } }),
      );
      expect(changed).toMatchObject({ revision: 2, change: 'changed', note: 'a second' });
      const { items } = await must(sx.call('/api/v1/workflows/score/revisions'));
      expect(items.map((one: { revision: number; note: string }) => [one.revision, one.note])).toEqual([
        [2, 'a second'],
        [1, 'first'],
      ]);
      const old = await must(sx.call('/api/v1/workflows/score/revisions/1'));
      expect(old.source).toBe(ONE);
      expect((await sx.call('/api/v1/workflows/score/revisions/7')).status).toBe(404);
    });

    test('a name that is taken is refused with the current state, and so is an edit of an older state', async () => {
      const taken = await sx.call('/api/v1/workflows', { body: { source: ONE } });
      expect(taken.status).toBe(409);
      expect(taken.body.current.revision).toBe(2);
      const read = await sx.call('/api/v1/workflows/score');
      const etag = read.headers.get('etag') ?? '';
      const put = (body: object, headers: Record<string, string> = {}) =>
        sx.call('/api/v1/workflows/score', { method: 'PUT', body, headers });
      expect((await put({ source: `${TWO}# more\n` }, { 'if-match': etag })).status).toBe(200);
      const late = await put({ source: `${TWO}# less\n` }, { 'if-match': etag });
      expect(late.status).toBe(409);
      expect(late.body.current).toMatchObject({ revision: 3, source: `${TWO}# more\n` });
      expect((await put({ source: `${TWO}# less\n`, base: 2 })).status).toBe(409);
      expect((await put({ source: `${TWO}# less\n`, base: 3 })).body.revision).toBe(4);
    });

    test('the difference of two revisions is told as text and as what it does', async () => {
      const diff = await must(sx.call('/api/v1/workflows/score/diff?from=1&to=2'));
      expect(diff.steps).toEqual([{ step: 'second', section: 'steps', change: 'added', fields: [] }]);
      expect(diff.text).toContain('+  - name: second');
      const last = await must(sx.call('/api/v1/workflows/score/diff'));
      expect(last).toMatchObject({ from: 3, to: 4, steps: [], fields: [] });
      expect(last.text).toContain('-# more\n+# less');
    });

    test('an older revision becomes the newest again', async () => {
      const restored = await must(sx.call('/api/v1/workflows/score/restore', { body: { revision: 1 } }));
      expect(restored).toMatchObject({ revision: 5, source: ONE, note: 'revision 1 again' });
    });

    test('the list is told by words and tag, page by page', async () => {
      for (const name of ['list-a', 'list-b', 'list-c'])
        await must(
          sx.call('/api/v1/workflows', {
            body: { source: ONE.replace('name: score', `name: ${name}`).replace('[cvss]', '[listed]') },
          }),
        );
      const names = async (query: string) =>
        (await must(sx.call(`/api/v1/workflows?${query}`))).items.map((one: { name: string }) => one.name);
      expect(await names('tag=listed')).toEqual(['list-a', 'list-b', 'list-c']);
      expect(await names('q=list-b')).toEqual(['list-b']);
      expect(await names('q=nothing-like-it')).toEqual([]);
      const first = await must(sx.call('/api/v1/workflows?tag=listed&limit=2'));
      expect(first.items).toHaveLength(2);
      expect(await names(`tag=listed&limit=2&cursor=${first.nextCursor}`)).toEqual(['list-c']);
    });

    test('what is removed is gone with its schedules, its name is free, and a workflow that is used is kept', async () => {
      const scheduled = ONE.replace('name: score', 'name: gone').replace(
        'steps:',
        "on: { schedule: '0 2 * * *' }\nsteps:",
      );
      const made = await must(sx.call('/api/v1/workflows', { body: { source: scheduled } }));
      const schedules = () =>
        sx.app.services.store.db
          .selectFrom('schedule')
          .select('id')
          .where('workflow', '=', made.id)
          .execute();
      expect(await schedules()).toHaveLength(1);
      const user = 'name: user\nsteps:\n  - { name: child, workflow: gone }\n';
      await must(sx.call('/api/v1/workflows', { body: { source: user } }));
      const used = await sx.call('/api/v1/workflows/gone', { method: 'DELETE' });
      expect(used.status).toBe(409);
      expect(used.body.detail).toContain('user');
      expect((await sx.call('/api/v1/workflows/user', { method: 'DELETE' })).status).toBe(204);
      expect((await sx.call('/api/v1/workflows/gone', { method: 'DELETE' })).status).toBe(204);
      expect(await schedules()).toHaveLength(0);
      expect((await sx.call('/api/v1/workflows/gone')).status).toBe(404);
      const anew = await must(sx.call('/api/v1/workflows', { body: { source: scheduled } }));
      expect(anew.revision).toBe(1);
      expect(anew.id).not.toBe(made.id);
    });

    test('a document that is wrong is refused with every line, before anything is stored', async () => {
      const source = `name: wrong
steps:
  - name: a
    task: cvs
    params: { vector: x }
  - name: b
    depends_on: c
    task: cvss
`;
      const answer = await sx.call('/api/v1/workflows', { body: { source } });
      expect(answer.status).toBe(422);
      expect(answer.body.code).toBe('invalid-workflow');
      const lines = answer.body.fields.map(({ field, message }: { field: string; message: string }) => [
        field,
        /^line (\d+):/.exec(message)?.[1],
      ]);
      expect(lines).toContainEqual(['steps.0.task', '4']);
      expect(lines).toContainEqual([expect.stringMatching(/^steps\.1\.depends_on/), '7']);
      const checked = await must(sx.call('/api/v1/workflows/validate', { body: { source } }));
      expect(checked.valid).toBe(false);
      expect(checked.problems.length).toBeGreaterThanOrEqual(2);
      expect((await sx.call('/api/v1/workflows/wrong')).status).toBe(404);
    });

    test('words of SentinelX are no names, and the address and the document agree on the name', async () => {
      const named = (name: string) => ONE.replace('name: score', `name: ${name}`);
      for (const name of ['runs', 'templates'])
        expect((await sx.call('/api/v1/workflows', { body: { source: named(name) } })).body.code).toBe(
          'invalid-workflow',
        );
      const other = await sx.call('/api/v1/workflows/other', { method: 'PUT', body: { source: ONE } });
      expect(other.body).toMatchObject({ code: 'invalid-workflow', fields: [{ field: 'name' }] });
    });

    test('an object is a document too, and is kept as JSON', async () => {
      const source = { name: 'object', steps: [{ name: 'a', task: 'cvss', params: { vector: VECTOR } }] };
      const made = await must(sx.call('/api/v1/workflows', { body: { source } }));
      expect(made.format).toBe('json');
      expect(JSON.parse(made.source)).toEqual(source);
    });

    test('a creation with an Idempotency-Key is done once', async () => {
      const source = ONE.replace('name: score', 'name: once');
      const send = () =>
        sx.call('/api/v1/workflows', { body: { source }, headers: { 'idempotency-key': 'workflow-once' } });
      const first = await send();
      const second = await send();
      expect(second.body).toEqual(first.body);
      expect(second.headers.get('idempotency-replayed')).toBe('true');
    });

    test('who saves at the same time gets a revision each, and one of two that make the same name', async () => {
      const named = ONE.replace('name: score', 'name: race');
      const made = await Promise.all(
        [1, 2, 3, 4].map((count) =>
          sx.call('/api/v1/workflows', { body: { source: `${named}# ${count}\n` } }),
        ),
      );
      expect(made.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409]);
      const saved = await Promise.all(
        [5, 6, 7, 8].map((count) =>
          sx.call('/api/v1/workflows/race', { method: 'PUT', body: { source: `${named}# ${count}\n` } }),
        ),
      );
      expect(saved.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
      expect(saved.map((answer) => answer.body.revision).sort()).toEqual([2, 3, 4, 5]);
    });

    test('a role that there is not is warned of: nobody could decide', async () => {
      const source = 'name: gated\nsteps:\n  - name: ask\n    approval: { roles: [analyst, leeds] }\n';
      const checked = await must(sx.call('/api/v1/workflows/validate', { body: { source } }));
      expect(checked.valid).toBe(true);
      expect(checked.warnings).toMatchObject([
        { line: 3, field: 'steps.0.approval.roles', message: expect.stringContaining('leeds') },
      ]);
      const saved = await must(sx.call('/api/v1/workflows', { body: { source } }));
      expect(saved.warnings).toEqual([expect.stringContaining('leeds')]);
    });
  },
);
