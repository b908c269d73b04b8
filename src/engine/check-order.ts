import type { Store } from '../store/store.ts';
import type { Catalogue } from './catalogue.ts';
import { assetOfImport } from './import-asset.ts';
import type { Checked, Principal } from './new-run.ts';
import type { OwnTasks } from './own-tasks/own-tasks.ts';
import { parseParams } from './params.ts';
import { resolveTarget } from './targets.ts';
import { uploadTarget } from './upload-target.ts';

/** What was asked for: is it a task, are its parameters right, may the target be looked at. */
export function createCheck({
  store,
  dataDir,
  catalogue,
  ownTasks,
}: {
  store: Store;
  dataDir: string;
  catalogue: Catalogue;
  ownTasks: OwnTasks;
}) {
  /** What the run would look at and use; throws when it may not. Nothing is started. */
  async function check(taskId: string, params: unknown, principal: Principal): Promise<Checked> {
    const task = await catalogue.load(taskId);
    const parsed = parseParams(task, params);
    const scope = await store.db
      .selectFrom('scope_entry')
      .select(['kind', 'value'])
      .where('project', '=', principal.project)
      .execute();
    const upload = await uploadTarget(store.db, task, parsed, principal.project);
    const target =
      upload ??
      resolveTarget(task, parsed, {
        local: principal.local,
        dataDir,
        roots: scope.filter((entry) => entry.kind === 'path').map((entry) => entry.value),
        hosts: scope.filter((entry) => entry.kind === 'host').map((entry) => entry.value),
      });
    if (task.imports && target)
      target.asset = await assetOfImport(store.db, principal.project, {
        named: parsed.asset,
        file: target.upload?.name ?? target.label,
      });
    return { task, params: parsed, target };
  }

  /** With what only the own schema of a plug-in's task knows, which costs a process. */
  async function checkAll(...asked: Parameters<typeof check>): ReturnType<typeof check> {
    const checked = await check(...asked);
    await ownTasks.checkParams(checked.task, checked.params);
    return checked;
  }

  return { check, checkAll };
}
