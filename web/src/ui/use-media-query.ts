import { useSyncExternalStore } from 'react';

/** To make one takes longer than to ask one that is there, and React asks twice whenever it draws. */
const known = new Map<string, MediaQueryList>();

export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const media = mediaOf(query);
      media.addEventListener('change', changed);
      return () => media.removeEventListener('change', changed);
    },
    () => mediaOf(query).matches,
  );
}

function mediaOf(query: string): MediaQueryList {
  const media = known.get(query) ?? window.matchMedia(query);
  known.set(query, media);
  return media;
}
