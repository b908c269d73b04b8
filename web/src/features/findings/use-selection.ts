import { useState } from 'react';

export interface Selection {
  ids: ReadonlySet<string>;
  /** Everything that fits, also what is not loaded. */
  all: boolean;
  has(id: string): boolean;
  toggle(id: string): void;
  /** From the one that was chosen last to this one. */
  extendTo(id: string): void;
  add(ids: readonly string[]): void;
  setAll(all: boolean): void;
  clear(): void;
}

/** What is chosen in a list. Another list is another choice. */
export function useSelection(rows: readonly { id: string }[], list: string): Selection {
  const [state, setState] = useState({ list, ids: new Set<string>(), all: false, anchor: '' });
  const now = state.list === list ? state : { list, ids: new Set<string>(), all: false, anchor: '' };
  const put = (ids: Set<string>, anchor: string) => setState({ list, ids, all: false, anchor });
  return {
    ids: now.ids,
    all: now.all,
    has: (id) => now.all || now.ids.has(id),
    toggle(id) {
      const ids = new Set(now.ids);
      if (!ids.delete(id)) ids.add(id);
      put(ids, id);
    },
    extendTo(id) {
      const from = rows.findIndex((row) => row.id === now.anchor);
      const to = rows.findIndex((row) => row.id === id);
      if (to < 0) return;
      const [first, last] = from < 0 ? [to, to] : from < to ? [from, to] : [to, from];
      put(new Set([...now.ids, ...rows.slice(first, last + 1).map((row) => row.id)]), now.anchor || id);
    },
    add: (ids) => put(new Set([...now.ids, ...ids]), ids[0] ?? now.anchor),
    setAll: (all) => setState({ ...now, list, all }),
    clear: () => put(new Set(), ''),
  };
}
