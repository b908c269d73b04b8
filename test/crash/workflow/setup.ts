import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../../src/app.ts';
import { newId } from '../../../src/lib/ids.ts';
import { addSchedule } from '../../../src/workflows/triggers/schedule-rows.ts';
import { addTrigger } from '../../../src/workflows/triggers/trigger-rows.ts';
import { OWNER, openWorld, PROJECT, saveWorkflow } from '../../workflows/trigger-world.ts';
import type { Place } from './batch.ts';
import { STORED, slugOf, TAKEN } from './definition.ts';
import type { Plan } from './plan.ts';
import { randomOf } from './random.ts';

/** Findings of a scan of one tree. */
export const IN_TREE = 6;
/** What a scan before it had found in a file that is gone. */
export const GONE = 2;

/** What has to be there before the seeds begin, and no process is killed yet. */
export async function prepare(place: Place, plans: readonly Plan[]): Promise<void> {
  for (const { seed } of plans) makeTree(join(place.trees, String(seed)), seed);
  const app = await openWorld(place);
  const ids = new Map<string, string>();
  for (const definition of STORED) ids.set(definition.name, await saveWorkflow(app, definition));
  const now = Date.now();
  const minute = now - (now % 60_000);
  await app.services.store.write({ lane: 'run' }, async (context) => {
    const inTheWay = plans.flatMap(({ seed, steps, onFailure, finally: last }) =>
      [...steps, ...onFailure, ...last]
        .filter((step) => step.does === 'retried')
        .map((step) => slugOf(seed, step.name)),
    );
    for (const slug of [TAKEN, ...inTheWay])
      await context.tx
        .insertInto('project')
        .values({ id: newId('prj'), slug, name: 'in the way', created: now, archived: null })
        .execute();
    await addTrigger(
      context,
      {
        kind: 'event',
        spec: { type: 'approval.decided', query: null, inputs: {} },
        project: PROJECT,
        workflow: ids.get('triggered') ?? '',
        source: 'manual',
        name: 'decided',
        principal: OWNER,
      },
      { actor: OWNER, now },
    );
    for (const plan of plans) if (plan.scheduled) await schedule(plan);

    async function schedule(plan: Plan): Promise<void> {
      const row = await addSchedule(
        context,
        {
          project: PROJECT,
          workflow: ids.get('scheduled') ?? '',
          source: 'manual',
          name: `seed-${plan.seed}`,
          // This minute, once a year: however late it is done, it is done once.
          spec: {
            cron: yearly(minute),
            zone: 'UTC',
            jitter: 0,
            catch_up: 'one',
            overlap: 'allow',
            inputs: {},
          },
          principal: OWNER,
        },
        { actor: OWNER, now },
      );
      await context.tx.updateTable('schedule').set({ due: minute }).where('id', '=', row.id).execute();
    }
  });
  for (const plan of plans) if (plan.rescan) await scanBefore(app, join(place.trees, String(plan.seed)));
  await app.close();
}

async function scanBefore(app: App, folder: string): Promise<void> {
  const file = join(folder, 'gone.py');
  writeFileSync(file, secretLines('gone', `gone ${folder}`));
  const { engine } = app.services;
  const caller = { id: OWNER, local: true, project: PROJECT };
  const { id } = await engine.start('secrets-scan', { path: folder }, caller);
  await engine.whenEnded(id);
  rmSync(file);
}

function yearly(time: number): string {
  const date = new Date(time);
  return `${date.getUTCMinutes()} ${date.getUTCHours()} ${date.getUTCDate()} ${date.getUTCMonth() + 1} *`;
}

function makeTree(folder: string, seed: number): void {
  mkdirSync(folder, { recursive: true });
  for (let file = 0; file < 3; file += 1)
    writeFileSync(join(folder, `settings-${file}.py`), secretLines('db', `tree ${seed} ${file}`));
}

/** Two lines with a secret each. */
function secretLines(name: string, text: string): string {
  const random = randomOf(text);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  const lines = [0, 1].map((line) => {
    const value = Array.from({ length: 20 }, () => random.pick([...letters])).join('');
    return `${name}_${line}_password = "${value}"`;
  });
  return `${lines.join('\n')}\n`;
}
