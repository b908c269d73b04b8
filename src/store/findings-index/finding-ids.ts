const SHAPE = /^fnd_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Ids in the order of the database in 16 bytes each; one of another shape is kept as it is. */
export interface FindingIds {
  set(slot: number, id: string): void;
  get(slot: number): string;
  /** Below 0 when the id at slot `a` sorts before the one at `b`. */
  compare(a: number, b: number): number;
  /** As `compare`, with an id that need not be here. */
  comparer(id: string): (slot: number) => number;
  /** As `compare`, with the id whose four words begin there: no text is made. */
  compareWords(slot: number, words: Uint32Array, at: number): number;
}

export function findingIds(): FindingIds {
  let words = new Uint32Array(4 << 10);
  const odd = new Map<number, string>();

  const get = (slot: number): string => {
    const other = odd.get(slot);
    if (other !== undefined) return other;
    return textOf(words, slot * 4);
  };

  return {
    get,
    set(slot, id) {
      if (slot * 4 + 4 > words.length) {
        const larger = new Uint32Array(Math.ceil((slot + 1) * 1.2) * 4);
        larger.set(words);
        words = larger;
      }
      if (SHAPE.test(id)) {
        words.set(wordsOf(id), slot * 4);
        odd.delete(slot);
      } else odd.set(slot, id);
    },
    compare(a, b) {
      if (odd.size > 0 && (odd.has(a) || odd.has(b))) return compareTexts(get(a), get(b));
      for (let part = 0; part < 4; part++) {
        const difference = (words[a * 4 + part] as number) - (words[b * 4 + part] as number);
        if (difference !== 0) return difference;
      }
      return 0;
    },
    compareWords(slot, other, at) {
      // No id of another shape is among those that are asked for; it sorts by its own text.
      if (odd.size > 0 && odd.has(slot)) return compareTexts(get(slot), textOf(other, at));
      for (let part = 0; part < 4; part++) {
        const difference = (words[slot * 4 + part] as number) - (other[at + part] as number);
        if (difference !== 0) return difference;
      }
      return 0;
    },
    comparer(id) {
      if (!SHAPE.test(id)) return (slot) => compareTexts(get(slot), id);
      const other = wordsOf(id);
      return (slot) => {
        if (odd.size > 0 && odd.has(slot)) return compareTexts(get(slot), id);
        for (let part = 0; part < 4; part++) {
          const difference = (words[slot * 4 + part] as number) - (other[part] as number);
          if (difference !== 0) return difference;
        }
        return 0;
      };
    },
  };
}

function textOf(words: Uint32Array, at: number): string {
  const hex = [0, 1, 2, 3].map((part) => (words[at + part] as number).toString(16).padStart(8, '0')).join('');
  return `fnd_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function wordsOf(id: string): [number, number, number, number] {
  return [
    Number.parseInt(id.slice(4, 12), 16),
    Number.parseInt(id.slice(13, 17) + id.slice(18, 22), 16),
    Number.parseInt(id.slice(23, 27) + id.slice(28, 32), 16),
    Number.parseInt(id.slice(32, 40), 16),
  ];
}

/** By the bytes of UTF-8, as both databases do. */
function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
