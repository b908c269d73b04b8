import { parse, stringify } from 'yaml';
import { visibleText } from '../../lib/visible-text.ts';
import { workflowDiff, workflowSource } from '../../operations/workflow-revisions.ts';
import { workflowGet, workflowList } from '../../operations/workflows.ts';
import { configOf, formatOf, wholeNumber } from '../globals.ts';
import { readPages } from '../pages.ts';
import { localTime, print } from '../print.ts';
import { checkOutput, formatOfEnding, writeOutput } from '../run/output-file.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { facts, table } from '../table.ts';
import { openTerminal, type Terminal } from '../terminal.ts';

interface ListOptions extends ProjectOptions {
  limit: number;
  tag?: string;
  cursor?: string;
  all?: boolean;
}

export async function listWorkflowsCommand(words: string, options: ListOptions): Promise<void> {
  await withSession(options, async (session) => {
    const { limit, tag } = options;
    const filter = { ...(tag ? { tag } : {}), ...(words ? { q: words } : {}) };
    const list = await readPages(
      (cursor) =>
        session.call(workflowList, {
          query: { limit: options.all ? 1000 : limit, ...filter, ...(cursor ? { cursor } : {}) },
        }),
      options,
    );
    print(list, options, (terminal) => {
      if (list.items.length === 0)
        return 'No workflow is stored. sentinelx workflow template shows some to start from.';
      const text = table(
        terminal,
        [
          { title: 'NAME', paint: terminal.c.bold },
          { title: 'STEPS', align: 'right' },
          { title: 'STARTS BY', min: 10 },
          { title: 'REVISION', align: 'right' },
          { title: 'CHANGED', paint: terminal.c.dim },
          { title: 'DESCRIPTION', min: 20 },
        ],
        list.items.map((one) => [
          one.name,
          String(one.steps),
          one.starts.join(', '),
          String(one.revision),
          localTime(one.updated),
          one.description,
        ]),
      );
      return list.nextCursor === null ? text : `${text}\n${terminal.c.dim('there are more: --all')}`;
    });
  });
}

interface ShowOptions extends ProjectOptions {
  revision?: number;
  output?: string;
}

/** The document as a file when it is asked for, else what it is for people, or the whole answer as JSON. */
export async function showWorkflowCommand(name: string, options: ShowOptions): Promise<void> {
  const file =
    options.output === undefined
      ? undefined
      : checkOutput(options.output, configOf(options).config.output.directory);
  await withSession(options, async (session) => {
    const page = await session.call(workflowGet, { path: { name } });
    const { revision } = options;
    const wanted =
      revision === undefined ? page : await session.call(workflowSource, { path: { name, revision } });
    const asked = options.format === undefined && !options.json ? undefined : formatOf(options);
    if (file !== undefined) {
      const ending = formatOfEnding(file);
      const format = asked ?? (ending === 'json' ? 'json' : ending === 'yaml' ? 'yaml' : wanted.format);
      await writeOutput(file, documentIn(wanted, format === 'json' ? 'json' : 'yaml'));
      const errors = openTerminal(process.stderr, options);
      errors.write(errors.c.dim(`revision ${wanted.revision} of ${name} written to ${file}\n`));
    } else if (asked === 'yaml') process.stdout.write(documentIn(wanted, 'yaml'));
    else print(wanted, options, (terminal) => pageText(terminal, { ...page, ...wanted }));
  });
}

/** As it was written where the format is the same: with its comments. */
function documentIn(
  { source, format }: { source: string; format: 'yaml' | 'json' },
  wanted: 'yaml' | 'json',
): string {
  if (format === wanted) return source.endsWith('\n') ? source : `${source}\n`;
  const value: unknown = parse(source);
  return wanted === 'json' ? `${JSON.stringify(value, null, 2)}\n` : stringify(value, { lineWidth: 110 });
}

function pageText(
  terminal: Terminal,
  page: {
    name: string;
    description: string;
    tags: string[];
    revision: number;
    note: string;
    updated: number;
    actor: string;
    source: string;
  },
): string {
  const head = facts(terminal, [
    ['workflow', page.name],
    ['description', page.description || null],
    ['tags', page.tags.length > 0 ? page.tags.join(', ') : null],
    ['revision', `${page.revision}${page.note ? `: ${page.note}` : ''}`],
    ['changed', `${localTime(page.updated)} by ${page.actor}`],
  ]);
  return `${head}\n\n${visibleText(page.source).trimEnd()}`;
}

export async function diffWorkflowCommand(
  name: string,
  given: { from?: string; to?: string },
  options: ProjectOptions,
): Promise<void> {
  const number = wholeNumber('a revision', 1, 1_000_000);
  const from = given.from === undefined ? {} : { from: number(given.from) };
  const to = given.to === undefined ? {} : { to: number(given.to) };
  await withSession(options, async (session) => {
    const diff = await session.call(workflowDiff, { path: { name }, query: { ...from, ...to } });
    print(diff, options, (terminal) => {
      if (diff.text === '') return `Revisions ${diff.from} and ${diff.to} of ${name} are the same.`;
      const { c } = terminal;
      const steps = diff.steps.map(({ step, change, fields }) => {
        const names = fields.map(({ field }) => field).join(', ');
        return `${change} ${c.bold(step)}${names === '' ? '' : `: ${names}`}`;
      });
      const own =
        diff.fields.length > 0 ? [`changed ${diff.fields.map(({ field }) => field).join(', ')}`] : [];
      const text = visibleText(diff.text)
        .split('\n')
        .map((line) => (line.startsWith('+') ? c.green(line) : line.startsWith('-') ? c.red(line) : line))
        .join('\n');
      return [[...own, ...steps].join('\n'), text].filter(Boolean).join('\n\n');
    });
  });
}
