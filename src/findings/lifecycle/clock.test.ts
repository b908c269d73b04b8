import { expect, it } from 'vitest';
import {
  addFindings,
  eventsOf,
  finding,
  historyOf,
  onBoth,
  PROJECT,
} from '../../../test/servers/lifecycle.ts';
import { TriageChange } from '../../model/triage.ts';
import type { Store } from '../../store/store.ts';
import { workOn } from './change-job.ts';
import { createChange } from './change-sets.ts';
import { DUE_LEAD_MS, lookAtClock } from './clock.ts';
import { hideNew } from './hide.ts';
import { openLifecycle } from './lifecycle.ts';
import { createSuppression, endSuppression } from './suppressions.ts';

const NOW = Date.now();
const DAY = 86_400_000;
const NEVER = new AbortController().signal;
const noWork = () => undefined;

const work = async (store: Store, change: string) => {
  const parts = { store, worker: 'ins_test', lives: async () => true, comments: async () => [] };
  await workOn(parts, change, NEVER);
};

const suppress = (store: Store, query: string, expires: number | null = null) =>
  store.write({ lane: 'interactive' }, (write) =>
    createSuppression(write, {
      project: PROJECT,
      actor: 'usr_anna',
      name: query,
      query,
      reason: 'test-code',
      comment: '',
      owner: 'usr_anna',
      expires,
    }),
  );

const hiddenBy = async (store: Store, ids: readonly string[]) =>
  Promise.all(ids.map(async (id) => (await finding(store, id)).hidden_by));

onBoth('the clock of findings', (open) => {
  it('opens accepted risks whose time is over, once', async () => {
    await using opened = await open();
    const { store } = opened;
    const [over = '', later = '', other = ''] = await addFindings(store, 3, (n) => ({
      status: n === 2 ? 'false-positive' : 'risk-accepted',
      accept_until: n === 1 ? NOW + DAY : NOW - 5,
      closed: 1,
    }));
    expect(await lookAtClock(store, NOW, noWork)).toBe(NOW + DAY);
    await lookAtClock(store, NOW, noWork);
    expect(await finding(store, over)).toMatchObject({ status: 'open', accept_until: null, closed: null });
    expect(await finding(store, later)).toMatchObject({ status: 'risk-accepted', accept_until: NOW + DAY });
    expect(await finding(store, other)).toMatchObject({ status: 'false-positive', accept_until: null });
    expect(await eventsOf(store, 'finding.accepted-expired')).toMatchObject([
      { subject: over, actor: 'system', data: { expired: NOW - 5 } },
    ]);
    expect(await historyOf(store, over)).toMatchObject([
      { kind: 'reopened', data: { reason: 'acceptance-expired' } },
    ]);
    const decisions = await store.db.selectFrom('decision').selectAll().execute();
    expect(decisions).toMatchObject([
      { from_status: 'risk-accepted', to_status: 'open', reason: 'expired', source: 'policy' },
    ]);
  });

  it('wakes what is snoozed until now, and not what sleeps until it gets worse', async () => {
    await using opened = await open();
    const { store } = opened;
    const [over = '', worse = ''] = await addFindings(store, 2, (n) => ({
      snooze_until: n === 0 ? NOW - 1 : null,
      snooze_rank: 1,
    }));
    await lookAtClock(store, NOW, noWork);
    expect(await finding(store, over)).toMatchObject({ snooze_until: null, snooze_rank: null });
    expect(await finding(store, worse)).toMatchObject({ snooze_rank: 1 });
    expect(await eventsOf(store, 'finding.snoozed')).toMatchObject([
      { subject: over, data: { woken: 'time' } },
    ]);
  });

  it('tells once that an end comes near, and once that it is over; of what is open', async () => {
    await using opened = await open();
    const { store } = opened;
    const dues = [NOW + DUE_LEAD_MS - 1, NOW + DUE_LEAD_MS + DAY, NOW - 1, NOW - 1, null];
    const ids = await addFindings(store, 5, (n) => ({
      due: dues[n] ?? null,
      status: n === 3 ? 'risk-accepted' : 'confirmed',
    }));
    await lookAtClock(store, NOW, noWork);
    await lookAtClock(store, NOW, noWork);
    expect(await eventsOf(store, 'finding.due')).toMatchObject([{ subject: ids[0] }]);
    expect(await eventsOf(store, 'finding.breached')).toMatchObject([
      { subject: ids[2], data: { due: NOW - 1 } },
    ]);
    await lookAtClock(store, NOW + DUE_LEAD_MS, noWork);
    expect((await eventsOf(store, 'finding.due')).map(({ subject }) => subject)).toEqual([ids[0], ids[1]]);
    expect((await eventsOf(store, 'finding.breached')).map(({ subject }) => subject)).toEqual([
      ids[2],
      ids[0],
    ]);
    expect((await historyOf(store, ids[0] ?? '')).map(({ kind }) => kind)).toEqual(['due', 'breached']);
  });

  it('does everything once when two servers look at the same time', async () => {
    await using opened = await open();
    const { store } = opened;
    await addFindings(store, 450, () => ({ status: 'risk-accepted', accept_until: NOW - 1 }));
    await Promise.all([lookAtClock(store, NOW, noWork), lookAtClock(store, NOW, noWork)]);
    expect(await eventsOf(store, 'finding.accepted-expired')).toHaveLength(450);
    const open450 = await store.db.selectFrom('finding').select('id').where('status', '=', 'open').execute();
    expect(open450).toHaveLength(450);
  });

  it('ends requests that nobody decided in time', async () => {
    await using opened = await open();
    const { store } = opened;
    await addFindings(store, 1);
    const change = TriageChange.parse({ status: 'risk-accepted', reason: 'planned', expires: NOW + 10 });
    const id = await store.write({ lane: 'interactive' }, (write) =>
      createChange(write, {
        project: PROJECT,
        kind: 'acceptance',
        actor: 'usr_anna',
        action: { do: 'triage', change },
        query: 'status:open',
        waits: true,
      }),
    );
    await work(store, id);
    expect(await eventsOf(store, 'acceptance.requested')).toMatchObject([
      { subject: id, data: { findings: 1, reason: 'planned' } },
    ]);
    await lookAtClock(store, NOW + 10, noWork);
    const row = await store.db.selectFrom('change_set').selectAll().executeTakeFirstOrThrow();
    expect(row).toMatchObject({ status: 'expired' });
    expect(await eventsOf(store, 'acceptance.decided')).toMatchObject([{ data: { status: 'expired' } }]);
  });

  it('goes by itself on a server, when it is time', async () => {
    await using opened = await open();
    const { store } = opened;
    const [id = ''] = await addFindings(store, 1, () => ({ snooze_until: Date.now() + 700 }));
    const problems: unknown[] = [];
    const lifecycle = openLifecycle({
      store,
      worker: 'ins_test',
      lives: async () => true,
      comments: async () => [],
      server: true,
      failed: (error) => problems.push(error),
    });
    await expect
      .poll(async () => (await finding(store, id)).snooze_until, { timeout: 5_000, interval: 50 })
      .toBeNull();
    await lifecycle.close();
    expect(problems).toEqual([]);
  });
});

onBoth('a suppression rule', (open) => {
  it('hides what is there and what comes, and shows it again when it ends', async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await addFindings(store, 4, (n) => ({ place: n < 2 ? 'test/a.ts' : 'src/a.ts' }));
    const { row, change } = await suppress(store, 'path:test/');
    await work(store, change);
    expect(await hiddenBy(store, ids)).toEqual([row.id, row.id, null, null]);
    expect(await historyOf(store, ids[0] ?? '')).toMatchObject([
      { kind: 'suppressed', change_set: change, data: { suppression: row.id } },
    ]);

    const coming = await addFindings(store, 2, (n) => ({ place: n === 0 ? 'test/new.ts' : 'src/new.ts' }));
    await store.write({ lane: 'run' }, (write) =>
      hideNew(write, { dialect: store.dialect, project: PROJECT, actor: 'system' }, coming),
    );
    expect(await hiddenBy(store, coming)).toEqual([row.id, null]);

    const ended = await store.write({ lane: 'interactive' }, (write) =>
      endSuppression(write, { id: row.id, project: PROJECT, actor: 'usr_ben', now: NOW, reason: 'ended' }),
    );
    await work(store, ended ?? '');
    expect(await hiddenBy(store, [...ids, ...coming])).toEqual([null, null, null, null, null, null]);
    expect((await historyOf(store, coming[0] ?? '')).map(({ kind }) => kind)).toEqual([
      'suppressed',
      'unsuppressed',
    ]);
  });

  it('leaves what another rule hides too hidden', async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await addFindings(store, 2, (n) => ({ severity: n === 0 ? 'low' : 'high' }));
    const first = await suppress(store, 'task:scan');
    const second = await suppress(store, 'severity:low');
    await work(store, first.change);
    await work(store, second.change);
    expect(await hiddenBy(store, ids)).toEqual([first.row.id, first.row.id]);
    const ended = await store.write({ lane: 'interactive' }, (write) =>
      endSuppression(write, { id: first.row.id, project: PROJECT, actor: 'a', now: NOW, reason: 'ended' }),
    );
    await work(store, ended ?? '');
    expect(await hiddenBy(store, ids)).toEqual([second.row.id, null]);
  });

  it('hides nothing more once it has ended, even when its job comes later', async () => {
    await using opened = await open();
    const { store } = opened;
    const ids = await addFindings(store, 2);
    const { row, change } = await suppress(store, 'task:scan', NOW - 1);
    const jobs: string[] = [];
    await lookAtClock(store, NOW, (job) => jobs.push(job));
    for (const job of jobs) await work(store, job);
    await work(store, change);
    expect(await hiddenBy(store, ids)).toEqual([null, null]);
    expect(await eventsOf(store, 'suppression.ended')).toMatchObject([
      { subject: row.id, data: { reason: 'expired' } },
    ]);
    const items = await store.db.selectFrom('change_item').select('reason').execute();
    expect(items).toEqual([{ reason: 'rule-ended' }, { reason: 'rule-ended' }]);
  });
});
