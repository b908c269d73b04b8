import { useSyncExternalStore } from 'react';

/** What one person set for this browser. The first value is the usual one. */
const CHOICES = {
  zone: ['local', 'utc'],
  /** Shortcuts of one key can be in the way of speech input and of screen readers (WCAG 2.1.4). */
  singleKeys: ['on', 'off'],
} as const;

type Name = keyof typeof CHOICES;
type Value<N extends Name> = (typeof CHOICES)[N][number];

const watchers = new Set<() => void>();

export function preference<N extends Name>(name: N): Value<N> {
  const stored = localStorage.getItem(`sentinelx-${name}`);
  const choices: readonly string[] = CHOICES[name];
  return (stored !== null && choices.includes(stored) ? stored : CHOICES[name][0]) as Value<N>;
}

export function setPreference<N extends Name>(name: N, value: Value<N>): void {
  localStorage.setItem(`sentinelx-${name}`, value);
  for (const watcher of watchers) watcher();
}

export function usePreference<N extends Name>(name: N): Value<N> {
  return useSyncExternalStore(watch, () => preference(name));
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  // Another tab of the same person.
  window.addEventListener('storage', watcher);
  return () => {
    watchers.delete(watcher);
    window.removeEventListener('storage', watcher);
  };
}
