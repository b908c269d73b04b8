import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useProjectEvents } from '../../live/live.tsx';
import { isKnown, readAllAgain, refresh } from './use-triage.ts';

/** So often, at most, counts are read again while others work. */
const EVERY_MS = 1000;
/** More are read again as pages and not one by one. */
const ONE_BY_ONE = 50;
const CHANGED = [
  'finding.triaged',
  'finding.rated',
  'finding.assigned',
  'finding.labelled',
  'finding.snoozed',
  'finding.fixed',
];

/** What is new waits until somebody asks for it; what others change is shown in place. */
export function useFindingNews(onGap: () => void): { news: number; showNews: () => void } {
  const client = useQueryClient();
  const [news, setNews] = useState(0);
  const waiting = useRef<{ ids: Set<string>; timer: ReturnType<typeof setTimeout> | undefined }>({
    ids: new Set(),
    timer: undefined,
  });
  useProjectEvents((events) => {
    const count = events.filter(
      (event) => event.type === 'finding.created' || event.type === 'finding.reopened',
    ).length;
    if (count > 0) setNews((known) => known + count);
    const { ids } = waiting.current;
    for (const { type, data } of events) {
      if (CHANGED.includes(type) && typeof data.finding === 'string') ids.add(data.finding);
    }
    if (ids.size === 0 || waiting.current.timer !== undefined) return;
    waiting.current.timer = setTimeout(() => {
      waiting.current.timer = undefined;
      // Also those that are loaded and out of sight: the next one who scrolls or opens a group sees them.
      const known = [...ids].filter((id) => isKnown(client, id));
      ids.clear();
      if (known.length > ONE_BY_ONE) readAllAgain(client);
      else refresh(client, known);
    }, EVERY_MS);
  }, onGap);
  return {
    news,
    showNews() {
      setNews(0);
      void client.resetQueries({ queryKey: ['findings', 'list'] });
      void client.invalidateQueries({ queryKey: ['findings', 'facets'] });
      document.getElementById('main')?.scrollTo(0, 0);
    },
  };
}
