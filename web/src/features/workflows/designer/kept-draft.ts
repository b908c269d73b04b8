import { currentProject } from '../../../api/project.ts';

/** An unpublished draft lives as long as the tab: going to a run and back loses nothing. */
const key = (name: string) => `sentinelx-workflow:${currentProject() ?? ''}:${name}`;

export function readKept(name: string): string | null {
  return sessionStorage.getItem(key(name));
}

export function keepDraft(name: string, source: string | null): void {
  if (source === null) sessionStorage.removeItem(key(name));
  else
    try {
      sessionStorage.setItem(key(name), source);
    } catch {
      // The storage of the tab is full: the draft then lives on this page only.
    }
}
