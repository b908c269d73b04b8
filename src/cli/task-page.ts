import { stringify } from 'yaml';
import { visibleText } from '../lib/visible-text.ts';
import { SEVERITIES } from '../model/severity.ts';
import type { TaskInfo } from '../model/task-info.ts';
import { taskInfo } from '../operations/tasks.ts';
import type { GlobalOptions } from './globals.ts';
import { plural, print } from './print.ts';
import { withSession } from './session.ts';
import { table } from './table.ts';
import { type Property, propertiesOf, requiredOf, typeText } from './task-properties.ts';
import { type Terminal, wrap } from './terminal.ts';

const SHOWN_RULES = 15;

export async function infoCommand(
  id: string,
  options: GlobalOptions & { examples?: boolean },
): Promise<void> {
  const info = await withSession(options, (session) => session.call(taskInfo, { path: { task: id } }));
  if (options.examples) print(info.examples, options, (terminal) => examplesText(terminal, info));
  else print(info, options, (terminal) => taskPage(terminal, info, options.verbose === true));
}

function taskPage(terminal: Terminal, info: TaskInfo, all: boolean): string {
  const { c } = terminal;
  const width = Math.min(terminal.width, 100);
  const properties = propertiesOf(info);
  const parts = [
    `${c.bold(info.title)}  ${c.dim(`${info.id}, version ${info.version}, ${info.category}`)}\n${wrap(info.summary, width).join('\n')}`,
    wrap(info.description, width).join('\n'),
    section(terminal, 'Parameters', parametersText(terminal, properties, requiredOf(info))),
    section(terminal, `Rules (${Object.keys(info.rules).length})`, rulesText(terminal, info, all)),
    section(
      terminal,
      'Limits and powers',
      `  ${info.needs.length > 0 ? `uses ${info.needs.join(', ')}` : 'uses no powers'}; ends after ${info.limits.timeSeconds} s or with ${info.limits.memoryMb} MB`,
    ),
    section(terminal, 'Examples', examplesText(terminal, info)),
  ];
  return parts.filter(Boolean).join('\n\n');
}

function section({ c }: Terminal, title: string, text: string): string {
  return text ? `${c.cyan(title)}\n${text}` : '';
}

/** The name and its type on one line, the rest below it. */
function parametersText(
  terminal: Terminal,
  properties: [string, Property][],
  required: ReadonlySet<string>,
): string {
  const { c } = terminal;
  const width = Math.min(terminal.width, 100) - 4;
  if (properties.length === 0) return '  none';
  return properties
    .map(([name, property]) => {
      const facts = [
        typeText(property),
        required.has(name)
          ? 'required'
          : property.default === undefined
            ? ''
            : `usually ${JSON.stringify(property.default)}`,
        property.advanced ? 'advanced' : '',
      ].filter(Boolean);
      const head = `  ${c.bold(name)}  ${c.dim(facts.join(', '))}`;
      const text = property.description ?? property.title;
      return text
        ? `${head}\n${wrap(text, width)
            .map((line) => `    ${line}`)
            .join('\n')}`
        : head;
    })
    .join('\n');
}

function rulesText(terminal: Terminal, info: TaskInfo, all: boolean): string {
  const rules = Object.entries(info.rules).sort(
    ([, a], [, b]) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  const shown = all ? rules : rules.slice(0, SHOWN_RULES);
  if (rules.length === 0) return '';
  const text = table(
    terminal,
    [
      { paint: (cell, row) => terminal.severity(shown[row]?.[1].severity ?? 'info')(cell) },
      { min: 16 },
      { min: 20, paint: terminal.c.dim },
    ],
    shown.map(([id, rule]) => [rule.severity, id, rule.title]),
    2,
  );
  const rest = rules.length - shown.length;
  return rest > 0
    ? `${text}\n${terminal.c.dim(`  and ${plural(rest, 'rule')} more: sentinelx info ${info.id} -v`)}`
    : text;
}

function examplesText({ c }: Terminal, info: TaskInfo): string {
  return info.examples
    .map(
      ({ title, params }) =>
        `  ${c.dim(`# ${visibleText(title)}`)}\n  ${visibleText(commandOf(info.id, params))}`,
    )
    .join('\n');
}

/** The command that runs it, quoted for a shell. */
export function commandOf(task: string, params: Record<string, unknown>): string {
  const text = stringify(params, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return `sentinelx run ${task} -p '${text.replaceAll("'", `'\\''`)}'`;
}
