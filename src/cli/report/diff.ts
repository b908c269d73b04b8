import type * as z from 'zod';
import { visibleText } from '../../lib/visible-text.ts';
import { describeLocation } from '../../model/location.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { reportDiff } from '../../operations/report-diff.ts';
import { failing, readFailOn } from '../diff/fail-on.ts';
import { oneOf } from '../globals.ts';
import { readPages } from '../pages.ts';
import { print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { type ProjectOptions, withSession } from '../session.ts';
import { table } from '../table.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import { reportId } from './report-id.ts';

type Answer = z.output<typeof reportDiff.output>;
type Change = Answer['items'][number]['change'];

interface ReportDiffOptions extends ProjectOptions {
  change?: string;
  limit: number;
  cursor?: string;
  all?: boolean;
  failOn?: string;
}

const CHANGES: readonly Change[] = ['new', 'reopened', 'changed', 'fixed', 'gone', 'open'];
const WORDS: Record<Change, string> = {
  new: 'new',
  reopened: 'reopened',
  changed: 'changed',
  fixed: 'fixed',
  gone: 'not in it any more',
  open: 'as before',
};

/** Two reports, whichever way round they are named; ends with 2 when there is what `--fail-on` names. */
export async function reportDiffCommand(
  [one, other]: readonly [string, string],
  options: ReportDiffOptions,
): Promise<void> {
  const rules = options.failOn === undefined ? [] : readFailOn(options.failOn, CHANGES);
  const change =
    options.change === undefined ? undefined : oneOf('--change', options.change.toLowerCase(), CHANGES);
  await withSession(options, async (session) => {
    const path = { id: await reportId(session, one), other: await reportId(session, other) };
    const answer = await readPages<Answer>(
      (cursor) =>
        session.call(reportDiff, {
          path,
          query: {
            limit: options.all ? 1000 : options.limit,
            ...(change === undefined ? {} : { change }),
            ...(cursor ? { cursor } : {}),
          },
        }),
      options,
    );
    const broken = failing(rules, countsOf(answer));
    if (broken.length > 0) process.exitCode = 2;
    print(answer, options, (terminal) => text(terminal, answer));
    const errors = openTerminal(process.stderr, options);
    for (const what of broken) errors.write(`${errors.c.red('gate:')} ${what}\n`);
  });
}

function countsOf({ counts, bySeverity }: Answer) {
  return Object.fromEntries(
    CHANGES.map((name) => [name, { total: counts[name], bySeverity: bySeverity[name] }]),
  ) as Parameters<typeof failing<Change>>[1];
}

function text(terminal: Terminal, answer: Answer): string {
  const { c } = terminal;
  const { items, nextCursor } = answer;
  const parts = [
    c.dim(`from report ${shortId(answer.from)} to report ${shortId(answer.to)}`),
    table(
      terminal,
      [
        { title: '', paint: c.bold },
        { title: 'ALL', align: 'right' },
        ...SEVERITIES.map((severity) => ({ title: severity.toUpperCase(), align: 'right' as const })),
      ],
      CHANGES.map((name) => [
        WORDS[name],
        String(answer.counts[name]),
        ...SEVERITIES.map((severity) => String(answer.bySeverity[name][severity] || '')),
      ]),
    ),
  ];
  if (items.length > 0)
    parts.push(
      table(
        terminal,
        [
          { title: 'FINDING', paint: c.bold },
          { title: 'CHANGE', min: 8 },
          {
            title: 'SEVERITY',
            paint: (cell, row) => terminal.severity(items[row]?.severity ?? 'info')(cell),
          },
          { title: 'WHERE', min: 20, cut: 'middle' },
          { title: 'RULE', min: 14 },
          { title: 'BEFORE', min: 6, paint: c.dim },
        ],
        items.map(({ id, change, severity, status, location, rule, before }) => [
          shortId(id),
          change,
          severity,
          describeLocation(location),
          rule,
          before === null || (before.severity === severity && before.status === status)
            ? ''
            : visibleText(`${before.severity}, ${before.status}`),
        ]),
      ),
    );
  if (nextCursor !== null) parts.push(c.dim(`there are more: --all, or --cursor ${nextCursor}`));
  return parts.join('\n\n');
}
