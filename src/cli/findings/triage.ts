import { SentinelError } from '../../lib/errors.ts';
import { FINDING_STATUSES } from '../../model/finding.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { ACCEPT_REASONS, FALSE_POSITIVE_REASONS } from '../../model/triage.ts';
import { findingsTriage } from '../../operations/triage.ts';
import { resolveFinding } from '../by-end.ts';
import { oneOf } from '../globals.ts';
import { print } from '../print.ts';
import { shortId } from '../run/findings-table.ts';
import { type ProjectOptions, type Session, withSession } from '../session.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import { type Change, changeText, whenChangeEnded } from './follow-change.ts';
import { readWhen } from './when.ts';

interface TriageOptions extends ProjectOptions {
  query?: string;
  status?: string;
  reason?: string;
  comment?: string;
  expires?: string;
  duplicateOf?: string;
  assign?: string;
  label?: string[];
  removeLabel?: string[];
  snooze?: string;
  severity?: string;
  overrule?: boolean;
  dryRun?: boolean;
}

const REASONS = [...new Set([...FALSE_POSITIVE_REASONS, ...ACCEPT_REASONS])];
const TARGETS = FINDING_STATUSES.filter((status) => status !== 'fixed');

export async function triageCommand(named: readonly string[], options: TriageOptions): Promise<void> {
  if (named.length > 0 === (options.query !== undefined))
    throw new SentinelError(
      'wrong-usage',
      'Name findings by id, or all that fit with --query: one of the two.',
    );
  await withSession(options, async (session) => {
    const change = await changeOf(session, options);
    if (Object.keys(change).length === 0)
      throw new SentinelError(
        'wrong-usage',
        'Say what is to be different: --status, --assign, --label, --snooze, --severity or --comment.',
      );
    const which =
      options.query === undefined
        ? { ids: await Promise.all(named.map((one) => resolveFinding(session, one))) }
        : { q: options.query, ...(options.overrule && { overrule: true }) };
    const body = { ...which, change, ...(options.dryRun && { dryRun: true }) };
    const { change: made, preview } = await session.call(findingsTriage, { body });
    if (preview) return print({ preview }, options, (terminal) => previewText(terminal, preview));
    if (!made) return;
    const ended = await whenChangeEnded(session, made, openTerminal(process.stderr, options));
    print({ change: ended }, options, (terminal) => changeText(terminal, ended));
    if (isRefused(ended)) process.exitCode = 1;
  });
}

/** Nothing was changed, and not because it was so already. */
function isRefused({ status, changed, skipped }: Change): boolean {
  return status === 'failed' || (changed === 0 && skipped.some(({ reason }) => reason !== 'unchanged'));
}

async function changeOf(session: Session, options: TriageOptions) {
  const { status, reason, comment, severity, assign, label, removeLabel } = options;
  return {
    ...(status !== undefined && { status: oneOf('--status', status, TARGETS) }),
    ...(reason !== undefined && { reason: oneOf('--reason', reason, REASONS) }),
    ...(comment !== undefined && { comment }),
    ...(options.expires !== undefined && { expires: readWhen('--expires', options.expires) }),
    ...(options.duplicateOf !== undefined && {
      duplicateOf: await resolveFinding(session, options.duplicateOf),
    }),
    ...(assign !== undefined && { assignee: assign === 'none' ? null : assign }),
    ...(label !== undefined && { addLabels: label }),
    ...(removeLabel !== undefined && { removeLabels: removeLabel }),
    ...(options.snooze !== undefined && { snooze: snoozeOf(options.snooze) }),
    ...(severity !== undefined && {
      severity: severity === 'tool' ? null : oneOf('--severity', severity, SEVERITIES),
    }),
  };
}

function snoozeOf(text: string): { until: number | null; orWorse: boolean } | null {
  if (text === 'off') return null;
  if (text === 'worse') return { until: null, orWorse: true };
  return { until: readWhen('--snooze', text), orWorse: true };
}

function previewText(
  { c, severity }: Terminal,
  preview: {
    total: number;
    changes: number;
    skipped: readonly { words: string; count: number }[];
    bySeverity: Record<string, number>;
    examples: readonly { id: string; title: string; severity: (typeof SEVERITIES)[number] }[];
  },
): string {
  const number = (count: number) => count.toLocaleString('en');
  const by = Object.entries(preview.bySeverity).map(([name, count]) => `${number(count)} ${name}`);
  return [
    `${c.bold(`${number(preview.changes)} of ${number(preview.total)} would change`)}${by.length > 0 ? `: ${by.join(', ')}` : ''}`,
    ...preview.skipped.map(({ words, count }) => c.dim(`  ${number(count)} would be skipped: ${words}`)),
    ...preview.examples.map(
      (one) => `  ${shortId(one.id)}  ${severity(one.severity)(one.severity)}  ${one.title}`,
    ),
    c.dim('nothing was changed'),
  ].join('\n');
}
