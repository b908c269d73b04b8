import { useEffect, useRef, useState } from 'react';

/**
 * Rows that were there when the list was opened keep their places; what came later waits until somebody asks for it. Ids sort by
 * time. Another filter is another list.
 */
export function useHeldBack<T extends { id: string }>(
  all: readonly T[],
  list: string,
): { rows: readonly T[]; news: number; show: () => void } {
  const newest = all[0]?.id ?? '';
  const [shown, setShown] = useState({ list, upTo: '' });
  const upTo = shown.list === list ? shown.upTo : '';
  const latest = useRef({ list, newest });
  latest.current = { list, newest };
  useEffect(() => {
    if (upTo === '' && newest !== '') setShown({ list, upTo: newest });
  }, [upTo, newest, list]);
  const rows = upTo === '' ? all : all.filter(({ id }) => id <= upTo);
  return {
    rows,
    news: all.length - rows.length,
    show() {
      setShown({ list: latest.current.list, upTo: latest.current.newest });
      document.getElementById('main')?.scrollTo(0, 0);
    },
  };
}
