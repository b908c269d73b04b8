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
import { applyTriage } from './apply-triage.ts';

const DAY = 86_400_000;

const triage = (store: Store, ids: readonly string[], change: object) =>
  store.write({ lane: 'interactive' }, (write) =>
    applyTriage(
      write,
      { dialect: store.dialect, project: PROJECT, actor: 'usr_anna', source: 'human', changeSet: null },
      ids,
      TriageChange.parse(change),
    ),
  );

onBoth('a decision about findings', (open) => {
  it('keeps what its author saw, and tells it', async () => {
    await using opened = await open();
    const { store } = opened;
    const [id = ''] = await addFindings(store, 1);
    const result = await triage(store, [id], {
      status: 'false-positive',
      reason: 'sanitised',
      comment: 'Cleaned in \u202e the router',
    });
    expect(result).toEqual({ changed: [id], skipped: [] });
    const row = await finding(store, id);
    expect(row).toMatchObject({ status: 'false-positive' });
    expect(row.closed).toBeGreaterThan(Date.now() - 60_000);
    const decision = await store.db.selectFrom('decision').selectAll().executeTakeFirstOrThrow();
    expect(decision).toMatchObject({
      finding: id,
      actor: 'usr_anna',
      source: 'human',
      from_status: 'open',
      to_status: 'false-positive',
      reason: 'sanitised',
      comment: 'Cleaned in \\u202e the router',
      rule_revision: 3,
    });
    expect(JSON.parse(decision.snapshot)).toMatchObject({
      severity: 'high',
      confidence: 'high',
      message: 'A message',
      location: { path: 'src/a.ts' },
      excerpt: { firstLine: 1, lines: ['a', 'b'] },
      flow: [],
    });
    expect(await historyOf(store, id)).toMatchObject([
      {
        kind: 'status',
        actor: 'usr_anna',
        data: { from: 'open', to: 'false-positive', reason: 'sanitised' },
      },
    ]);
    expect(await eventsOf(store, 'finding.triaged')).toMatchObject([
      { subject: id, data: { from: 'open', to: 'false-positive', reason: 'sanitised' } },
    ]);
    expect(await eventsOf(store, 'finding.commented')).toHaveLength(1);
  });

  it('leaves alone what cannot take it, with the reason', async () => {
    await using opened = await open();
    const { store } = opened;
    const statuses = ['open', 'fixed', 'confirmed', 'false-positive'];
    const ids = await addFindings(store, 4, (index) => ({ status: statuses[index] ?? 'open' }));
    expect(await triage(store, [...ids, 'fnd_none', ids[0] ?? ''], { status: 'confirmed' })).toEqual({
      changed: [ids[0], ids[3]],
      skipped: [
        { finding: ids[1], reason: 'fixed' },
        { finding: ids[2], reason: 'unchanged' },
        { finding: 'fnd_none', reason: 'not-found' },
      ],
    });
    expect(await triage(store, ids, { snooze: { until: Date.now() + DAY } })).toMatchObject({
      changed: [ids[0], ids[2], ids[3]],
      skipped: [{ reason: 'not-open' }],
    });
  });

  it('touches no other project', async () => {
    await using opened = await open();
    const { store } = opened;
    const [id = ''] = await addFindings(store, 1, () => ({ project: 'prj_b' }));
    expect(await triage(store, [id], { status: 'confirmed' })).toMatchObject({
      skipped: [{ reason: 'not-found' }],
    });
    expect((await finding(store, id)).status).toBe('open');
  });

  it('changes everything else and gives it back', async () => {
    await using opened = await open();
    const { store } = opened;
    const [id = ''] = await addFindings(store, 1, () => ({ severity: 'medium' }));
    const until = Date.now() + DAY;
    await triage(store, [id], {
      assignee: 'usr_ben',
      addLabels: ['b', 'a', 'a'],
      severity: 'critical',
      snooze: { until, orWorse: true },
    });
    expect(await finding(store, id)).toMatchObject({
      assignee: 'usr_ben',
      severity: 'critical',
      severity_rank: 0,
      own_severity: 'critical',
      tool_severity: 'medium',
      snooze_until: until,
      snooze_rank: 0,
    });
    expect(await labels(store, id)).toEqual(['a', 'b']);
    await triage(store, [id], { assignee: null, removeLabels: ['a', 'x'], severity: null, snooze: null });
    expect(await finding(store, id)).toMatchObject({
      assignee: null,
      severity: 'medium',
      severity_rank: 2,
      own_severity: null,
      tool_severity: null,
      snooze_until: null,
      snooze_rank: null,
    });
    expect(await labels(store, id)).toEqual(['b']);
    expect((await historyOf(store, id)).map(({ kind }) => kind)).toEqual([
      'severity',
      'snooze',
      'assignee',
      'labels',
      'severity',
      'snooze',
      'assignee',
      'labels',
    ]);
    expect(await triage(store, [id], { assignee: null, addLabels: ['b'] })).toMatchObject({
      skipped: [{ reason: 'unchanged' }],
    });
  });

  it('another reason is another decision, the same one is none', async () => {
    await using opened = await open();
    const { store } = opened;
    const [id = ''] = await addFindings(store, 1);
    const change = (reason: string) => triage(store, [id], { status: 'false-positive', reason });
    expect((await change('sanitised')).changed).toEqual([id]);
    expect((await change('sanitised')).skipped).toMatchObject([{ reason: 'unchanged' }]);
    expect((await change('test-code')).changed).toEqual([id]);
  });

  it('follows duplicates to the first one, and does not merge again what was taken back', async () => {
    await using opened = await open();
    const { store } = opened;
    const [a = '', b = '', c = ''] = await addFindings(store, 3);
    await triage(store, [b], { status: 'duplicate', duplicateOf: a });
    await triage(store, [c], { status: 'duplicate', duplicateOf: b });
    expect((await finding(store, c)).merged_into).toBe(a);
    expect(await triage(store, [a], { status: 'duplicate', duplicateOf: c })).toMatchObject({
      skipped: [{ reason: 'its-own-duplicate' }],
    });
    await triage(store, [c], { status: 'open' });
    expect(await finding(store, c)).toMatchObject({ status: 'open', merged_into: null, closed: null });
    expect(await store.db.selectFrom('merge_refusal').selectAll().execute()).toMatchObject([
      { finding: c, other: a },
    ]);
  });
});

async function labels(store: Store, id: string): Promise<string[]> {
  const rows = await store.db
    .selectFrom('finding_label')
    .select('label')
    .where('finding', '=', id)
    .orderBy('label')
    .execute();
  return rows.map(({ label }) => label);
}
