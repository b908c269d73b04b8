import { useQuery } from '@tanstack/react-query';
import { ArrowRight, Hash, type LucideIcon, Play, Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { request } from '../../api/client.ts';
import type { Page, TaskSummary } from '../../api/types.ts';
import { keyCaps, mayRun, offeredCommands } from '../../app/commands.ts';
import { useMay } from '../../app/session.ts';
import { tasksQuery } from '../tasks/queries.ts';
import { fitness } from './match.ts';
import { findingsWith, isIdEnd, readPasted } from './pasted-id.ts';

const GROUPS = ['open', 'here', 'go', 'task', 'app', 'search'] as const;

export interface Entry {
  id: string;
  label: string;
  group: (typeof GROUPS)[number];
  icon: LucideIcon;
  detail?: string;
  keys?: readonly string[];
  run: () => void;
}

/** Most that one can look over; more words find the rest. */
const MOST_TASKS = 8;

/** What fits the words, in groups, the most likely first. */
export function useEntries(words: string): Entry[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay();
  const tasks = useQuery({ ...tasksQuery, enabled: may('task:read') });
  const ends = useIdEnds(words);
  const go = (to: string) => () => void navigate(to);

  const entries: (Entry & { points: number })[] = [];
  const pasted = readPasted(words);
  if (pasted) {
    const label = t(`palette.pasted.${pasted.kind}`, { value: pasted.value });
    entries.push({ id: 'pasted', label, group: 'open', icon: Hash, run: go(pasted.to), points: 1 });
  }
  for (const { to, id, kind } of ends)
    entries.push({
      id,
      label: t(`palette.pasted.${kind}`, { value: id }),
      group: 'open',
      icon: Hash,
      run: go(to),
      points: 1,
    });
  for (const command of offeredCommands()) {
    if (command.keyOnly || !mayRun(command)) continue;
    const points = fitness(`${command.label} ${command.words ?? ''}`, words);
    if (points === 0) continue;
    const { id, label, group, icon, shortcut, run } = command;
    entries.push({
      ...{ id, label, group, run, points },
      icon: icon ?? ArrowRight,
      ...(shortcut ? { keys: keyCaps(shortcut) } : {}),
    });
  }
  const fitting = (tasks.data?.items ?? [])
    .map((task) => ({ task, points: taskFitness(task, words) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .slice(0, MOST_TASKS);
  for (const { task, points } of words.trim() === '' ? [] : fitting)
    entries.push({
      id: `task-${task.id}`,
      label: task.title,
      detail: task.id,
      group: 'task',
      icon: Play,
      run: go(`/tasks/${encodeURIComponent(task.id)}`),
      points,
    });
  if (words.trim() !== '' && may('finding:read'))
    entries.push({
      id: 'search',
      label: t('palette.search', { words: words.trim() }),
      group: 'search',
      icon: Search,
      run: go(findingsWith(words)),
      points: 0,
    });
  return entries.sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) || b.points - a.points);
}

/** The summary is long: there only whole words count, and less than in the name. */
function taskFitness({ title, id, summary }: TaskSummary, words: string): number {
  const named = fitness(`${title} ${id}`, words);
  if (named > 0) return named * 10;
  const text = summary.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
    ? 1
    : 0;
}

interface Ending {
  id: string;
  kind: 'run' | 'finding';
  to: string;
}

/** Runs and findings whose id ends in what was typed. */
function useIdEnds(words: string): Ending[] {
  const may = useMay();
  const end = words.trim();
  const query = useQuery({
    queryKey: ['lookup', end],
    enabled: isIdEnd(end),
    queryFn: async ({ signal }) => {
      const of = async (kind: Ending['kind']) => {
        const { items } = await request<Page<{ id: string }>>(`/api/v1/${kind}s/lookup`, {
          query: { end },
          signal,
        });
        return items.map(({ id }) => ({ id, kind, to: `/${kind}s/${id}` }));
      };
      const [runs, findings] = await Promise.all([
        may('run:read') ? of('run') : [],
        may('finding:read') ? of('finding') : [],
      ]);
      return [...runs, ...findings];
    },
  });
  return isIdEnd(end) ? (query.data ?? []) : [];
}
