import type { Command } from 'commander';
import { optionsOf, wholeNumber } from '../globals.ts';

const many = (value: string, before: string[] = []) => [...before, value];
const limit = (usual: number) =>
  ['-n, --limit <n>', 'how many', wholeNumber('--limit', 1, 1000), usual] as const;

/** Commands about findings that are more than their operation. */
export function addFindings(program: Command): void {
  const findings = program
    .command('findings')
    .description('what was found: list, show, decide about it, undo, import, export');
  findings
    .command('list [query...]')
    .description("findings, most severe first; for example 'severity:high,critical path:src assignee:me'")
    .option(...limit(50))
    .option('--sort <order>', 'severity, priority, due, last-seen, first-seen or oldest')
    .option('--view <view>', 'a saved list; the query narrows it')
    .option('--cursor <cursor>', 'the page behind this one')
    .option('--all', 'every page, not only the first')
    .action(async (words: string[], _options, command: Command) =>
      (await import('./list.ts')).listFindingsCommand(words.join(' '), optionsOf(command)),
    );
  findings
    .command('export [query...]')
    .description('all that fit a query as a file, whatever their number; for example is:open --format csv')
    .option(
      '--format <format>',
      'json, jsonl, csv, sarif, vex or markdown; usually what the ending of --output says, else json',
    )
    .option('-o, --output <file>', 'write to a file and not to the standard output (-)')
    .action(async (words: string[], _options, command: Command) =>
      (await import('./export.ts')).exportFindingsCommand(words.join(' '), optionsOf(command)),
    );
  findings
    .command('show <finding>')
    .description('one finding with its code and what to do about it')
    .action(async (id, _options, command) =>
      (await import('./show.ts')).showFindingCommand(id, optionsOf(command)),
    );
  addTriage(findings);
  findings
    .command('history <finding>')
    .description('what happened to a finding: who, what, when and why, newest first')
    .option(...limit(50))
    .option('--cursor <cursor>', 'the page behind this one')
    .option('--all', 'every page, not only the first')
    .action(async (id, _options, command) =>
      (await import('./history.ts')).historyCommand(id, optionsOf(command)),
    );
}

function addTriage(findings: Command): void {
  findings
    .command('triage [findings...]')
    .description('decide about findings: some by id, or all that fit a query; it can be undone as a whole')
    .option('--query <query>', 'all that fit, and not only a page of them')
    .option('--status <status>', 'open, confirmed, false-positive, risk-accepted or duplicate')
    .option(
      '--reason <reason>',
      'of a false positive: sanitised, unreachable, test-code, wrong-rule, other; of a risk: mitigated, low-impact, no-fix, planned, other',
    )
    .option('--comment <text>', 'what is to be said about it')
    .option('--expires <when>', 'until when a risk is accepted: 90d, 2026-12-31')
    .option('--duplicate-of <finding>', 'the finding that stands for it')
    .option('--assign <login>', 'whose it is: a login, me, or none')
    .option('--label <label>', 'add a label; may be repeated', many)
    .option('--remove-label <label>', 'take a label away; may be repeated', many)
    .option(
      '--snooze <when>',
      'not to be shown until then (7d, 2026-12-31) or worse; worse: until it gets worse; off: wake it',
    )
    .option('--severity <severity>', 'another severity than the tool says; tool: that of the tool')
    .option('--overrule', 'with --query: also those that a person has decided otherwise')
    .option('--dry-run', 'only say what it would do')
    .action(async (ids: string[], _options, command: Command) =>
      (await import('./triage.ts')).triageCommand(ids, optionsOf(command)),
    );
}

/** What hides findings by a query. */
export function addSuppressions(program: Command): void {
  const suppression = program
    .command('suppression')
    .description('rules that hide findings: preview, add, list, show, edit, end');
  suppression
    .command('add <name>')
    .description('hide the findings that fit a query, those that are there and those that come')
    .requiredOption('--query <query>', 'which findings; `suppression preview` shows what it would hide')
    .requiredOption('--reason <reason>', 'test-code, generated-code, third-party, wrong-rule or other')
    .option('--comment <text>', 'why')
    .option('--owner <login>', 'who answers for it; usually who makes it')
    .option('--expires <when>', 'when it ends by itself: 90d, 2026-12-31; never when absent')
    .action(async (name: string, _options, command: Command) =>
      (await import('./suppress.ts')).suppressCommand(name, optionsOf(command)),
    );
  suppression
    .command('edit <suppression>')
    .description('change a rule; with another query, what it hides follows')
    .option('--name <name>', 'another name')
    .option('--query <query>', 'which findings; with --dry-run it says what that would change')
    .option('--reason <reason>', 'test-code, generated-code, third-party, wrong-rule or other')
    .option('--comment <text>', 'why')
    .option('--owner <login>', 'who answers for it')
    .option('--expires <when>', 'when it ends by itself: 90d, 2026-12-31, or never')
    .option('--dry-run', 'only say what another query would change')
    .action(async (named: string, _options, command: Command) =>
      (await import('./edit-suppression.ts')).editSuppressionCommand(named, optionsOf(command)),
    );
}
