import type * as z from 'zod';
import { visibleText } from '../lib/visible-text.ts';
import { describeLocation } from '../model/location.ts';
import { findingGet, findingList } from '../operations/findings.ts';
import { FINDING_SORTS } from '../store/findings-index/filter.ts';
import { resolveFinding } from './by-end.ts';
import { type GlobalOptions, oneOf } from './globals.ts';
import { readPages } from './pages.ts';
import { localTime, print } from './print.ts';
import { shortId } from './run/findings-table.ts';
import { withSession } from './session.ts';
import { facts, table } from './table.ts';
import { type Terminal, wrap } from './terminal.ts';

type FullFinding = z.output<typeof findingGet.output>;

export async function listFindingsCommand(
  query: string,
  options: GlobalOptions & { limit: number; sort?: string; cursor?: string; all?: boolean },
): Promise<void> {
  const sort = options.sort === undefined ? undefined : oneOf('--sort', options.sort, FINDING_SORTS);
  await withSession(options, async (session) => {
    const { limit } = options;
    const filter = { q: query || 'status:open,confirmed', ...(sort === undefined ? {} : { sort }) };
    const list = await readPages(
      (cursor) =>
        session.call(findingList, {
          query: { ...filter, limit: options.all ? 1000 : limit, ...(cursor ? { cursor } : {}) },
        }),
      options,
    );
    print(list, options, (terminal) => {
      const { items } = list;
      if (items.length === 0) return query ? `No finding fits '${query}'.` : 'No open findings.';
      const wide = terminal.width >= 110;
      const text = table(
        terminal,
        [
          { title: 'FINDING', paint: terminal.c.bold },
          {
            title: 'SEVERITY',
            paint: (cell, row) => terminal.severity(items[row]?.severity ?? 'info')(cell),
          },
          { title: 'WHERE', min: 20, cut: 'middle' },
          { title: wide ? 'WHAT' : 'RULE', min: 14 },
          ...(wide ? [{ title: 'RULE', min: 14, paint: terminal.c.dim }] : []),
        ],
        items.map((item) => [
          shortId(item.id),
          item.severity,
          describeLocation(item.location),
          ...(wide ? [item.message] : []),
          item.rule,
        ]),
      );
      return list.nextCursor === null
        ? text
        : `${text}\n${terminal.c.dim(`there are more: --all, or --limit ${Math.min(1000, limit * 2)}`)}`;
    });
  });
}

export async function showFindingCommand(named: string, options: GlobalOptions): Promise<void> {
  await withSession(options, async (session) => {
    const id = await resolveFinding(session, named);
    const finding = await session.call(findingGet, { path: { id } });
    print(finding, options, (terminal) => findingPage(terminal, finding));
  });
}

function findingPage(terminal: Terminal, finding: FullFinding): string {
  const { c } = terminal;
  const width = Math.min(terminal.width, 100);
  const paragraph = (title: string, text: string) =>
    text
      ? `${c.bold(title)}\n${wrap(text, width - 2)
          .map((line) => `  ${line}`)
          .join('\n')}`
      : '';
  const title = `${terminal.severity(finding.severity)(finding.severity)}  ${c.bold(wrap(finding.title, width - 10).join('\n          '))}`;
  const head = facts(terminal, [
    ['where', describeLocation(finding.location)],
    ['what', finding.message === finding.title ? null : finding.message],
    ['seen', finding.evidence],
    ['status', `${finding.status}, confidence ${finding.confidence}`],
    ['rule', [finding.rule, ...finding.tags].join(', ')],
    ['about', finding.about.length > 0 ? finding.about.map((about) => about.value).join(', ') : null],
    ['first seen', `${localTime(finding.firstSeen)} in run ${shortId(finding.firstRun)}`],
    ['last seen', `${localTime(finding.lastSeen)} in run ${shortId(finding.lastRun)}`],
    ['id', finding.id],
  ]);
  const parts = [
    title,
    head,
    finding.excerpt ? excerptText(terminal, finding) : '',
    paragraph('Why', finding.ruleText.why),
    paragraph('What to do', finding.ruleText.fix),
    finding.ruleText.references?.length
      ? `${c.bold('More')}\n${finding.ruleText.references.map((link) => `  ${visibleText(link)}`).join('\n')}`
      : '',
  ];
  return parts.filter(Boolean).join('\n\n');
}

/** The code with line numbers; the lines of the finding are marked. */
function excerptText(terminal: Terminal, { excerpt, location }: FullFinding): string {
  if (!excerpt) return '';
  const { c } = terminal;
  const region = 'region' in location ? location.region : undefined;
  const from = region?.startLine ?? 0;
  const to = region?.endLine ?? from;
  const digits = String(excerpt.firstLine + excerpt.lines.length - 1).length;
  return excerpt.lines
    .map((text, index) => {
      const number = excerpt.firstLine + index;
      const hit = number >= from && number <= to;
      const line = [...visibleText(text).replaceAll('\t', '  ')]
        .slice(0, terminal.width - digits - 5)
        .join('');
      return `${hit ? c.red('>') : ' '} ${c.dim(String(number).padStart(digits))} ${c.dim('│')} ${hit ? line : c.dim(line)}`;
    })
    .join('\n');
}
