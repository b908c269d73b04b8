import { ERROR_CODES } from '../../lib/error-codes.ts';
import { visibleText } from '../../lib/visible-text.ts';
import {
  templateGet,
  templateList,
  workflowConvert,
  workflowValidate,
} from '../../operations/workflow-check.ts';
import { workflowSave } from '../../operations/workflows.ts';
import { configOf, formatOf } from '../globals.ts';
import { plural, print } from '../print.ts';
import { checkOutput, writeOutput } from '../run/output-file.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { facts, table } from '../table.ts';
import { openTerminal } from '../terminal.ts';
import { type Checked, problemLine, readText, readValid } from './read-file.ts';

interface OutputOptions extends ProjectOptions {
  output?: string;
}

export async function templateCommand(name: string | undefined, options: OutputOptions): Promise<void> {
  const file = outputOf(options);
  await withSession(options, async (session) => {
    if (name === undefined) {
      const list = await session.call(templateList);
      print(list, options, (terminal) => {
        const rows = list.items.map((one) => [one.name, one.inputs.join(', '), one.description]);
        const text = table(
          terminal,
          [
            { title: 'TEMPLATE', paint: terminal.c.bold },
            { title: 'INPUTS', min: 10 },
            { title: 'DESCRIPTION', min: 30 },
          ],
          rows,
        );
        return `${text}\n${terminal.c.dim('sentinelx workflow template NAME -o FILE writes one')}`;
      });
      return;
    }
    const template = await session.call(templateGet, { path: { name } });
    await write(template.source, { file, options, whole: template });
  });
}

export async function validateWorkflowCommand(file: string, options: ProjectOptions): Promise<void> {
  const source = readText(file);
  await withSession(options, async (session) => {
    const checked = await session.call(workflowValidate, { body: { source } });
    if (!checked.valid) process.exitCode = ERROR_CODES['invalid-workflow'].exit;
    print(checked, options, (terminal) => {
      const { c } = terminal;
      const lines = [
        ...checked.problems.map((problem) => `${c.red('error')}    ${problemLine(file, problem)}`),
        ...checked.warnings.map((problem) => `${c.yellow('warning')}  ${problemLine(file, problem)}`),
      ];
      return [...lines, verdict(checked, file, c), checkedFacts(checked)].filter(Boolean).join('\n');

      function checkedFacts({ definition, needs }: Checked): string {
        if (definition === null || needs === null) return '';
        return facts(terminal, [
          ['tasks', needs.tasks.map((task) => `${task.id} (${task.touches})`).join(', ') || null],
          ['powers', needs.powers.join(', ') || null],
          ['operations', needs.operations.map((one) => one.id).join(', ') || null],
          ['workflows', needs.workflows.join(', ') || null],
          ['permissions', needs.permissions.join(', ')],
          ['inputs', Object.keys(definition.inputs).join(', ') || null],
          ['missing', needs.missing.join(', ') || null],
        ]);
      }
    });
  });
}

type Colours = ReturnType<typeof openTerminal>['c'];

function verdict({ definition, problems, shape }: Checked, file: string, c: Colours): string {
  if (definition === null) return `${c.red('not valid')}: ${plural(problems.length, 'problem')} in ${file}`;
  const { steps, on_failure, finally: last } = definition;
  const count = plural(steps.length + on_failure.length + last.length, 'step');
  const older = shape === 'older' ? ', in the older shape' : '';
  return `${c.green('valid')}: ${definition.name}, ${count}${older}`;
}

export async function saveWorkflowCommand(
  file: string,
  options: ProjectOptions & { note?: string; base?: number },
): Promise<void> {
  await withSession(options, async (session) => {
    const { source, definition } = await readValid(session, file);
    const { note, base } = options;
    const saved = await session.call(workflowSave, {
      path: { name: definition.name },
      body: { source, ...(note === undefined ? {} : { note }), ...(base === undefined ? {} : { base }) },
    });
    print(saved, options, (terminal) => {
      const what = saved.change === 'none' ? 'is stored so already' : saved.change;
      return `${terminal.c.green(what)}: ${saved.name}, revision ${saved.revision}`;
    });
  });
}

/** The file to the standard output or to `--output`, what was changed to the error output. */
export async function convertCommand(old: string, options: OutputOptions): Promise<void> {
  const file = outputOf(options);
  const source = readText(old);
  await withSession(options, async (session) => {
    const converted = await session.call(workflowConvert, { body: { source } });
    const errors = openTerminal(process.stderr, options);
    for (const { line, what, message } of converted.report)
      errors.write(`${errors.c.dim(what.padEnd(10))} ${visibleText(`${old}:${line ?? 1}: ${message}`)}\n`);
    for (const problem of converted.warnings)
      errors.write(`${errors.c.yellow('warning'.padEnd(10))} ${problemLine(old, problem)}\n`);
    for (const problem of converted.problems)
      errors.write(`${errors.c.red('error'.padEnd(10))} ${problemLine(old, problem)}\n`);
    const lossy = converted.problems.length > 0;
    if (lossy) process.exitCode = ERROR_CODES['invalid-workflow'].exit;
    // A file that says less than the old one would be taken for it.
    if (lossy && file !== undefined)
      errors.write(`${errors.c.red('not written:')} correct these lines, or print it without --output\n`);
    else if (converted.source !== null) await write(converted.source, { file, options, whole: converted });
  });
}

function outputOf(options: OutputOptions): string | undefined {
  return options.output === undefined
    ? undefined
    : checkOutput(options.output, configOf(options).config.output.directory);
}

async function write(
  source: string,
  { file, options, whole }: { file: string | undefined; options: OutputOptions; whole: unknown },
): Promise<void> {
  if (file !== undefined) {
    await writeOutput(file, source);
    const errors = openTerminal(process.stderr, options);
    errors.write(errors.c.dim(`written to ${file}\n`));
  } else if (options.json || options.format === 'json')
    print(whole, options, () => source, formatOf(options));
  else process.stdout.write(source);
}
