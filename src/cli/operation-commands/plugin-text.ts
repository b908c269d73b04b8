import { visibleText } from '../../lib/visible-text.ts';
import { localTime, plural } from '../print.ts';
import { facts } from '../table.ts';
import type { Terminal } from '../terminal.ts';

interface Summary {
  id: string;
  state: string;
  name: string | null;
  version: string | null;
  tasks: string[];
  powers: string[];
  problem: string | null;
  hash: string | null;
}

interface Plugin extends Summary {
  grants: string[];
  allowed: { at: number; by: string } | null;
  changes: { path: string; change: string }[];
  files: number;
  declares: { id: string; summary: string; touches: string; needs: string[]; ruleCount: number }[];
}

/** Reason and hash in full: one is to be corrected, the other to be copied. */
export function pluginList(terminal: Terminal, result: unknown): string {
  const { items } = result as { items: Summary[] };
  if (items.length === 0) return 'There is no plug-in: docs/guides/own-tasks.md says how to make one.';
  return items.map((item) => oneOfList(terminal, item)).join('\n');
}

function oneOfList(terminal: Terminal, item: Summary): string {
  const { c } = terminal;
  const powers = item.powers.length > 0 ? `powers: ${item.powers.join(', ')}` : 'no powers';
  const more =
    item.problem !== null
      ? visibleText(item.problem)
      : `${plural(item.tasks.length, 'task')} (${item.tasks.join(', ')}); ${powers}`;
  const lines = [more, ...(item.hash === null ? [] : [c.dim(item.hash)])];
  const head = `${c.bold(visibleText(item.id))}  ${stateText(terminal, item.state)}  ${visibleText(item.version ?? '')}`;
  return [head.trimEnd(), ...lines.map((line) => `  ${line}`)].join('\n');
}

/** What it may do comes first. */
export function pluginPage(terminal: Terminal, result: unknown): string {
  const { c } = terminal;
  const plugin = result as Plugin;
  const head = facts(terminal, [
    ['plug-in', `${visibleText(plugin.id)} ${visibleText(plugin.version ?? '')}`],
    ['state', stateText(terminal, plugin.state)],
    ['allowed', plugin.allowed && `${localTime(plugin.allowed.at)} by ${plugin.allowed.by}`],
    ['files', String(plugin.files)],
    ['hash', plugin.hash],
  ]);
  const tasks = plugin.declares.map((task) => {
    const needs = task.needs.join(', ') || 'no powers';
    return `${c.bold(task.id)}: ${task.summary} (${task.touches}; ${needs}; ${plural(task.ruleCount, 'rule')})`;
  });
  const sections: [string, string[]][] = [
    ['Cannot be used', plugin.problem === null ? [] : [visibleText(plugin.problem)]],
    ['May', plugin.declares.length > 0 && plugin.grants.length === 0 ? ['use no power'] : plugin.grants],
    ['Tasks', tasks],
    [
      'Changed since it was allowed',
      plugin.changes.map(({ path, change }) => `${visibleText(path)} (${change})`),
    ],
  ];
  const shown = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${c.cyan(title)}\n${lines.map((line) => `  ${line}`).join('\n')}`);
  return [head, ...shown].join('\n\n');
}

function stateText({ c }: Terminal, state: string): string {
  if (state === 'allowed') return c.green(state);
  return state === 'new' || state === 'refused' ? state : c.red(state);
}
