import { writeFileSync } from 'node:fs';
import { autocomplete, confirm, intro, log, note, outro, text } from '@clack/prompts';
import { stringify } from 'yaml';
import { SentinelError, systemCode } from '../lib/errors.ts';
import { visibleText } from '../lib/visible-text.ts';
import { checkTask, listTasks, taskInfo } from '../operations/tasks.ts';
import type { GlobalOptions } from './globals.ts';
import { answer } from './interactive-answer.ts';
import { askParams } from './interactive-form.ts';
import { runCommand } from './run/run-command.ts';
import { type Session, withSession } from './session.ts';
import { commandOf } from './task-page.ts';

/** Picks a task, fills in its form, runs it, and keeps the answers for the next time. */
export async function interactiveCommand(options: GlobalOptions): Promise<void> {
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new SentinelError(
      'wrong-usage',
      "interactive needs a terminal. In a script use 'sentinelx run TASK -p name=value'.",
    );
  intro('SentinelX');
  // Closed before the run begins, which has its own.
  const { id, params } = await withSession(options, async (session) => {
    const info = await session.call(taskInfo, { path: { task: await pickTask(session) } });
    note(visibleText(info.summary), visibleText(info.title));
    return { id: info.id, params: await askParams(info, (tried) => problemsOf(session, info.id, tried)) };
  });
  const command = commandOf(id, params);
  log.step(visibleText(command));
  const go = answer(await confirm({ message: 'Run it now?', initialValue: true }));
  await offerToSave(id, params);
  outro(go ? 'Running …' : 'Nothing was started.');
  if (go) await runCommand(id, { ...options, params: [JSON.stringify(params)] });
}

/** As the place where it would run sees it: the server knows its own tasks and its own files. */
async function problemsOf(session: Session, task: string, params: Record<string, unknown>) {
  return (await session.call(checkTask, { path: { task }, body: { params } })).problems;
}

/** Those that come with SentinelX, and the installation's own that are allowed. */
async function pickTask(session: Session): Promise<string> {
  const tasks = (await session.call(listTasks)).items;
  return answer(
    await autocomplete({
      message: 'Which task? (type to search)',
      options: tasks.map((task) => ({
        value: task.id,
        label: `${visibleText(task.title)}  (${task.category})`,
        hint: visibleText(task.summary),
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
