/**
 * Finds many keywords in bytes in one pass, without regard to the case of ASCII letters (Aho and Corasick 1975). The
 * transition table is dense, so the inner loop is one load and one compare per byte whatever the number of keywords.
 */
export interface KeywordAutomaton {
  readonly keywords: readonly string[];
  /**
   * Calls `onHit` for every occurrence in `bytes[start, end)` in the order of their ends; `after` is the position behind
   * the keyword. Occurrences that overlap are all reported.
   */
  scan(bytes: Uint8Array, start: number, end: number, onHit: (keyword: number, after: number) => void): void;
}

/** A state is stored in 16 bits. */
const MAX_STATES = 65_535;

/** `keywords` are ASCII, not empty, and different from each other when case is ignored. */
export function buildKeywordAutomaton(keywords: readonly string[]): KeywordAutomaton {
  const trie = buildTrie(keywords.map(foldKeyword));
  const order = breadthFirst(trie);
  const { table, firstAccepting, hits } = numberStates(trie, order);
  return {
    keywords,
    scan(bytes, start, end, onHit) {
      let state = 0;
      for (let i = start; i < end; i++) {
        state = table[(state << 8) | (bytes[i] as number)] as number;
        if (state < firstAccepting) continue;
        const found = hits[state - firstAccepting] as Uint16Array;
        for (let k = 0; k < found.length; k++) onHit(found[k] as number, i + 1);
      }
    },
  };
}

interface TrieState {
  next: Map<number, number>;
  fail: number;
  /** Keywords that end here, those of shorter suffixes included. */
  found: number[];
}

function foldKeyword(keyword: string): Uint8Array {
  const folded = Buffer.from(keyword.toLowerCase(), 'latin1');
  if (folded.length === 0) throw new RangeError('a keyword is empty');
  if (folded.some((byte) => byte > 0x7f)) throw new RangeError(`keyword ${keyword} is not ASCII`);
  return folded;
}

function buildTrie(keywords: readonly Uint8Array[]): TrieState[] {
  const states: TrieState[] = [{ next: new Map(), fail: 0, found: [] }];
  keywords.forEach((keyword, index) => {
    let state = 0;
    for (const byte of keyword) {
      let next = states[state]!.next.get(byte);
      if (next === undefined) {
        next = states.length;
        if (next > MAX_STATES) throw new RangeError('too many keywords for one automaton');
        states.push({ next: new Map(), fail: 0, found: [] });
        states[state]!.next.set(byte, next);
      }
      state = next;
    }
    if (states[state]!.found.length > 0) throw new RangeError('a keyword is given twice');
    states[state]!.found.push(index);
  });
  return states;
}

/** Sets the failure links and returns the states, nearest to the root first. */
function breadthFirst(states: TrieState[]): number[] {
  const order = [0];
  for (let i = 0; i < order.length; i++) {
    const at = order[i]!;
    for (const [byte, child] of states[at]!.next) {
      let fail = at === 0 ? -1 : states[at]!.fail;
      while (fail > 0 && !states[fail]!.next.has(byte)) fail = states[fail]!.fail;
      const target = fail < 0 ? 0 : (states[fail]!.next.get(byte) ?? 0);
      states[child]!.fail = target;
      states[child]!.found.push(...states[target]!.found);
      order.push(child);
    }
  }
  return order;
}

/** Accepting states get the highest numbers, so that the scan tells them by one comparison. */
function numberStates(states: TrieState[], order: number[]) {
  const plain = order.filter((state) => states[state]!.found.length === 0);
  const accepting = order.filter((state) => states[state]!.found.length > 0);
  const number = new Map([...plain, ...accepting].map((state, index) => [state, index]));
  const table = new Uint16Array(states.length * 256);
  for (const state of order) {
    const row = number.get(state)! << 8;
    const failRow = number.get(states[state]!.fail)! << 8;
    if (state !== 0) table.copyWithin(row, failRow, failRow + 256);
    for (const [byte, child] of states[state]!.next) {
      table[row | byte] = number.get(child)!;
      if (byte >= 0x61 && byte <= 0x7a) table[row | (byte - 0x20)] = number.get(child)!;
    }
  }
  const hits = accepting.map((state) => Uint16Array.from(states[state]!.found));
  return { table, firstAccepting: plain.length, hits };
}
