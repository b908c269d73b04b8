import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Permission } from '../../api/access-types.ts';
import { settingsApi, type UserSettings } from '../../api/system-api.ts';
import { useMay } from '../../app/session.ts';
import { userSettingsQuery } from './queries.ts';

export type Layout = NonNullable<UserSettings['overview']>;
export type Preset = Layout['preset'];
export type Card = NonNullable<Layout['cards']>[number];

export const PRESETS = {
  analyst: ['needs', 'exploited', 'open', 'trends', 'ages', 'runs', 'tasks', 'health', 'recent'],
  developer: ['needs', 'open', 'exploited', 'recent', 'tasks', 'runs'],
  manager: ['exploited', 'open', 'ages', 'trends', 'needs', 'health'],
  auditor: ['exploited', 'open', 'trends', 'ages', 'runs', 'recent', 'health'],
} as const satisfies Record<Preset, readonly Card[]>;

export const CARDS: readonly Card[] = PRESETS.analyst;

const NEEDS: Partial<Record<Card, Permission>> = {
  exploited: 'finding:read',
  open: 'finding:read',
  ages: 'finding:read',
  trends: 'finding:read',
  runs: 'run:read',
  tasks: 'task:read',
  recent: 'run:read',
  health: 'system:read',
};

/** Which cards in which order: as somebody set it, or as fits what they may do. */
export function useLayout(): {
  layout: Layout;
  cards: readonly Card[];
  /** Those that this person may see. */
  possible: readonly Card[];
} {
  const may = useMay();
  const stored = useQuery(userSettingsQuery).data?.overview;
  const usual: Preset =
    may('audit:read') && !may('run:create')
      ? 'auditor'
      : may('run:create') && !may('finding:triage')
        ? 'developer'
        : 'analyst';
  const layout = stored ?? { preset: usual, cards: null };
  const possible = CARDS.filter((card) => {
    const needs = NEEDS[card];
    return needs === undefined || may(needs);
  });
  const wanted: readonly Card[] = layout.cards ?? PRESETS[layout.preset];
  return { layout, possible, cards: wanted.filter((card) => possible.includes(card)) };
}

export function useSaveLayout(done: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (overview: Layout) => settingsApi.update({ overview }),
    onSuccess(settings) {
      client.setQueryData(userSettingsQuery.queryKey, settings);
      done();
    },
  });
}
