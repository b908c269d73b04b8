/** Who wants to know about commits. A listener that throws is its own fault, not that of the write that woke it. */
export function createListeners() {
  const listeners = new Set<() => void>();
  return {
    add(listener: () => void): void {
      listeners.add(listener);
    },
    delete(listener: () => void): void {
      listeners.delete(listener);
    },
    get size(): number {
      return listeners.size;
    },
    wake(): void {
      for (const listener of listeners) queueMicrotask(listener);
    },
  };
}
