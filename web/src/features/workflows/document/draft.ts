import { applyEdit, type Edit } from './edit.ts';
import { type Graph, graphOf, keepSame } from './graph.ts';
import { type ParsedText, parseText } from './parse.ts';

/** How many changes can be taken back. */
export const MOST_UNDO = 100;
/** Typing without a longer pause is one change. */
const TYPING_MS = 800;

export interface DraftState {
  source: string;
  parsed: ParsedText;
  /** Of the last text that could be read. */
  graph: Graph;
  /** The text cannot be read at the moment: the graph is an older one and cannot be edited. */
  broken: boolean;
  canUndo: boolean;
  canRedo: boolean;
}

export type Draft = ReturnType<typeof createDraft>;

/** One document that graph, outline, form and text are views of, with what was done to it. */
export function createDraft(source: string, now: () => number = Date.now) {
  let past: string[] = [];
  let future: string[] = [];
  let merging = '';
  let mergedAt = 0;
  const watchers = new Set<() => void>();
  let state = read(source, { name: '', steps: [], edges: [], byId: new Map() });

  function read(text: string, last: Graph): DraftState {
    const parsed = parseText(text);
    const graph = parsed.value === null ? last : keepSame(last, graphOf(parsed.value));
    return {
      source: text,
      parsed,
      graph,
      broken: parsed.value === null,
      canUndo: past.length > 0,
      canRedo: future.length > 0,
    };
  }

  function show(text: string): void {
    state = read(text, state.graph);
    for (const watcher of watchers) watcher();
  }

  /** Changes of the same thing, one soon after the other, are taken back together. */
  function set(text: string, merge = ''): void {
    if (text === state.source) return;
    const goesOn = merge !== '' && merge === merging && now() - mergedAt < TYPING_MS;
    merging = merge;
    mergedAt = now();
    if (!goesOn) past = [...past, state.source].slice(-MOST_UNDO);
    future = [];
    show(text);
  }

  return {
    state: () => state,
    watch(watcher: () => void): () => void {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    /** What somebody types into the text. */
    type: (text: string) => set(text, 'text'),
    replace: (text: string) => set(text),
    /** Does nothing while the text is broken: an edit would throw away what cannot be read. */
    edit(edit: Edit, merge = ''): boolean {
      if (state.broken) return false;
      set(applyEdit(state.source, edit), merge);
      return true;
    },
    undo(): void {
      const text = past.at(-1);
      if (text === undefined) return;
      past = past.slice(0, -1);
      future = [state.source, ...future].slice(0, MOST_UNDO);
      merging = '';
      show(text);
    },
    redo(): void {
      const [text, ...rest] = future;
      if (text === undefined) return;
      future = rest;
      past = [...past, state.source].slice(-MOST_UNDO);
      merging = '';
      show(text);
    },
  };
}
