import { writeFileSync } from 'node:fs';
import { autocomplete, confirm, intro, log, note, outro, text } from '@clack/prompts';
import { stringify } from 'yaml';
import { parseParams } from '../engine/params.ts';
import { describe, loadTask, loadTasks } from '../engine/tasks.ts';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { GlobalOptions } from './globals.ts';
import { answer } from './interactive-answer.ts';
import { askParams } from './interactive-form.ts';
import { runCommand } from './run/run-command.ts';
import { commandOf } from './task-page.ts';

/** Picks a task, fills in its form, runs it, and keeps the answers for the next time. */
export async function interactiveCommand(options: GlobalOptions): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new SentinelError(
      'wrong-usage',
      "interactive needs a terminal. In a script use 'sentinelx run TASK -p name=value'.",
    );
  intro('SentinelX');
  const task = await loadTask(await pickTask());
  const info = describe(task);
  note(info.summary, info.title);
  const params = await askParams(task, info);
  parseParams(task, params);
  const command = commandOf(task.id, params);
  log.step(command);
  const go = answer(await confirm({ message: 'Run it now?', initialValue: true }));
  await offerToSave(task.id, params);
  outro(go ? 'Running …' : 'Nothing was started.');
  if (go) await runCommand(task.id, { ...options, params: [JSON.stringify(params)] });
}

async function pickTask(): Promise<string> {
  const tasks = await loadTasks();
  return answer(
    await autocomplete({
      message: 'Which task? (type to search)',
      options: tasks.map((task) => ({
        value: task.id,
        label: `${task.title}  (${task.category})`,
        hint: task.summary,
      })),
      maxItems: 12,
    }),
  );
}

async function offerToSave(task: string, params: Record<string, unknown>): Promise<void> {
  if (
    !answer(await confirm({ message: 'Keep the answers in a file for the next time?', initialValue: false }))
  )
    return;
  const usual = `${task}.params.yaml`;
  const file = answer(await text({ message: 'File', placeholder: usual, defaultValue: usual }));
  try {
    writeFileSync(file, `# sentinelx run ${task} --params-file ${file}\n${stringify(params)}`, {
      mode: 0o600,
      flag: 'wx',
    });
    log.success(`sentinelx run ${task} --params-file ${file}`);
  } catch (error) {
    const reason =
      systemCode(error) === 'EEXIST'
        ? 'exists already and is left as it is'
        : `cannot be written (${systemCode(error) ?? 'unknown reason'})`;
    log.warn(`${file} ${reason}.`);
  }
}
