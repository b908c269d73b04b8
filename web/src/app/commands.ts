import type { LucideIcon } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useKeys } from './use-keys.ts';

/** Something that one can do now. The same object feeds its button, its menu item, its shortcut, the help and the palette. */
export interface Command {
  id: string;
  /** In words. */
  label: string;
  /** `here`: on this page or on what is chosen in it. */
  group: 'here' | 'go' | 'app';
  icon?: LucideIcon;
  /** As in `useKeys`: `r`, `g f`, `Mod+k`. */
  shortcut?: string;
  /** Absent: always. */
  when?: () => boolean;
  run: () => void;
  /** Further words that the palette finds it by. */
  words?: string;
  /** Not in the palette: what only moves within a list, and the palette itself. */
  keyOnly?: boolean;
}

const registered = new Set<{ current: readonly Command[] }>();

/** Offers commands for as long as the component is there. */
export function useCommands(commands: readonly Command[]): void {
  const offered = useRef(commands);
  offered.current = commands;
  useEffect(() => {
    registered.add(offered);
    return () => void registered.delete(offered);
  }, []);
  useKeys(
    Object.fromEntries(
      commands.flatMap((command) =>
        command.shortcut && mayRun(command) ? [[command.shortcut, () => command.run()]] : [],
      ),
    ),
  );
}

/** What is offered now: what belongs to the page first. */
export function offeredCommands(): Command[] {
  const order = { here: 0, go: 1, app: 2 };
  return [...registered].flatMap(({ current }) => current).sort((a, b) => order[a.group] - order[b.group]);
}

export function mayRun(command: Command): boolean {
  return command.when?.() ?? true;
}

const APPLE = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys of a shortcut, one cap each: `Ctrl`, `K`. */
export function keyCaps(shortcut: string): string[] {
  return shortcut
    .split(/[+ ]/)
    .map((key) =>
      key === 'Mod'
        ? APPLE
          ? '⌘'
          : 'Ctrl'
        : /^Mod\+/.test(shortcut) && key.length === 1
          ? key.toUpperCase()
          : key,
    );
}
