import type * as z from 'zod';
import { SentinelError } from '../../lib/errors.ts';
import { DIFF_SECTIONS, type DiffSection } from '../../model/diff-section.ts';
import { describeLocation } from '../../model/location.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { findingDiff, findingDiffFile } from '../../operations/diff.ts';
import { resolveRun } from '../by-end.ts';
import { configOf, oneOf } from '../globals.ts';
import { print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { checkOutput, writeOutput } from '../run/output-file.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { table } from '../table.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import { failing, readFailOn } from './fail-on.ts';

type Answer = z.output<typeof findingDiff.output>;

interface DiffOptions extends ProjectOptions {
  section?: string;
  limit: number;
  all?: boolean;
  asset?: string;
  failOn?: string;
  output?: string;
}

const FORMATS = ['text', 'table', 'json', 'yaml', 'markdown', 'sarif'] as const;
const ENDINGS: Record<string, 'markdown' | 'sarif' | 'json'> = {
  md: 'markdown',
  markdown: 'markdown',
  sarif: 'sarif',
  json: 'json',
};
/** What is worth a list without being asked for. */
const LISTED: readonly DiffSection[] = ['new', 'changed', 'fixed', 'not-looked-at'];
const WORDS: Record<DiffSection, string> = {
  new: 'new',
  fixed: 'fixed',
  changed: 'changed',
  still: 'still open',
  dismissed: 'dismissed',
  'not-looked-at': 'not looked at',
};

export async function diffCommand(from: string, to: string | undefined, options: DiffOptions): Promise<void> {
  const rules = options.failOn === undefined ? [] : readFailOn(options.failOn);
  const section =
    options.section === undefined
      ? undefined
      : oneOf('--section', options.section.toLowerCase(), DIFF_SECTIONS);
  const output =
    options.output === undefined
      ? undefined
      : checkOutput(options.output, configOf(options).config.output.directory);
  const format = formatOf(options, output);
  await withSession(options, async (session) => {
    const sides = {
      from: await sideOf(session, from),
      to: to === undefined ? '@now' : await sideOf(session, to),
      ...(options.asset === undefined ? {} : { asset: options.asset }),
    };
    const head = await session.call(findingDiff, {
      query: { ...sides, section: section ?? 'new', limit: 1 },
    });
    const broken = failing(rules, head.counts);
    if (broken.length > 0) process.exitCode = 2;
    if (format === 'markdown' || format === 'sarif' || (format === 'json' && output !== undefined)) {
      const { content } = await session.download(findingDiffFile, { query: { ...sides, format } });
      const pieces: Uint8Array[] = [];
      for await (const piece of content) pieces.push(piece);
      const text = Buffer.concat(pieces).toString('utf8');
      if (output === undefined) process.stdout.write(text);
      else await writeOutput(output, text);
    } else {
      const sections = section ? [section] : LISTED.filter((name) => head.counts[name].total > 0);
      const lists = await readLists(session, { sides, sections, options });
      const answer = { ...sides, counts: head.counts, sections: lists };
      print(answer, { ...options, format: format === 'text' ? 'table' : format }, (terminal) =>
        text(terminal, answer),
      );
    }
    const errors = openTerminal(process.stderr, options);
    if (output !== undefined)
      errors.write(`${summary(head.counts)}\n${errors.c.dim(`${format} written to ${options.output}`)}\n`);
    for (const what of broken) errors.write(`${errors.c.red('gate:')} ${what}\n`);
  });
}

function formatOf(options: DiffOptions, output: string | undefined) {
  if (options.json) return 'json';
  if (options.format !== undefined) {
    const named = oneOf('--format', options.format.toLowerCase(), FORMATS);
    return named === 'table' ? 'text' : named;
  }
  if (output === undefined) return 'text';
  const found = ENDINGS[output.split('.').pop()?.toLowerCase() ?? ''];
  if (found) return found;
  throw new SentinelError(
    'wrong-usage',
    `--output: name the format of ${options.output} with --format markdown, sarif or json.`,
  );
}

/** `last` and the end of an id name runs; everything else goes as it is. */
async function sideOf(session: Session, named: string): Promise<string> {
  if (/^(?:@|asset:|rpt_)/.test(named)) return named;
  return resolveRun(session, named);
}

type Lists = Partial<Record<DiffSection, Answer['items']>>;

async function readLists(
  session: Session,
  order: {
    sides: { from: string; to: string; asset?: string };
    sections: readonly DiffSection[];
    options: DiffOptions;
  },
): Promise<Lists> {
  const lists: Lists = {};
  for (const section of order.sections) {
    const items: Answer['items'] = [];
    let cursor: string | null | undefined;
    do {
      const page: Answer = await session.call(findingDiff, {
        query: {
          ...order.sides,
          section,
          limit: order.options.all ? 1000 : order.options.limit,
          ...(cursor ? { cursor } : {}),
        },
      });
      items.push(...page.items);
      cursor = order.options.all ? page.nextCursor : null;
    } while (cursor);
    lists[section] = items;
  }
  return lists;
}

function text(
  terminal: Terminal,
  { counts, sections }: { counts: Answer['counts']; sections: Lists },
): string {
  const rows = DIFF_SECTIONS.map((name) => [
    WORDS[name],
    String(counts[name].total),
    ...SEVERITIES.map((severity) => (counts[name].bySeverity[severity] || '').toString()),
  ]);
  const parts = [
    table(
      terminal,
      [
        { title: '', paint: terminal.c.bold },
        { title: 'ALL', align: 'right' },
        ...SEVERITIES.map((severity) => ({ title: severity.toUpperCase(), align: 'right' as const })),
      ],
      rows,
    ),
  ];
  for (const name of DIFF_SECTIONS) {
    const items = sections[name];
    if (items && items.length > 0) parts.push(section(terminal, { name, items, total: counts[name].total }));
  }
  if (counts['not-looked-at'].total > 0)
    parts.push(
      terminal.c.dim('Not looked at: the newer side did not examine these places. They may be there still.'),
    );
  return parts.join('\n\n');
}

function section(
  terminal: Terminal,
  { name, items, total }: { name: DiffSection; items: Answer['items']; total: number },
): string {
  const rows = items.map(({ finding, severity, was }) => [
    shortId(finding.id),
    severity,
    describeLocation(finding.location),
    finding.rule,
    was === null
      ? ''
      : Object.entries(was)
          .map(([what, value]) => `${what} was ${value}`)
          .join(', '),
  ]);
  const body = table(
    terminal,
    [
      { title: 'FINDING', paint: terminal.c.bold },
      { title: 'SEVERITY', paint: (cell, row) => terminal.severity(items[row]?.severity ?? 'info')(cell) },
      { title: 'WHERE', min: 20, cut: 'middle' },
      { title: 'RULE', min: 14 },
      ...(items.some(({ was }) => was !== null) ? [{ title: 'CHANGE', min: 14 }] : []),
    ],
    rows.map((row) => (items.some(({ was }) => was !== null) ? row : row.slice(0, 4))),
    2,
  );
  const more = total - items.length;
  return `${terminal.c.cyan(`${WORDS[name]} (${total})`)}\n${body}${more > 0 ? `\n${terminal.c.dim(`  and ${more} more: --all, or --section ${name} --limit ${Math.min(1000, total)}`)}` : ''}`;
}

function summary(counts: Answer['counts']): string {
  return (
    DIFF_SECTIONS.filter((name) => counts[name].total > 0)
      .map((name) => `${counts[name].total} ${WORDS[name]}`)
      .join(', ') || 'no difference'
  );
}
