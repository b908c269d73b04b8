const REMEMBERED = 12;
/** Texts that are searched at once. */
const STRETCH = 8_192;

/**
 * Distinct texts by number, folded (A–Z as a–z), one after the other in one buffer: a search for a part of a text is a search in
 * that buffer. Tried: a trigram index (FTS5) takes 26 µs and 0.5 kB for each finding, this nothing before it is asked.
 */
export interface TextDictionary {
  readonly size: number;
  readonly bytes: number;
  /** The number of a text; a new one when it is new. */
  add(text: string): number;
  /** By number, 1 where the (folded) part occurs. It is remembered, so do not change it. */
  containing(part: string): Uint8Array;
}

export function textDictionary(): TextDictionary {
  let buffer = Buffer.alloc(1 << 16);
  let end = 0;
  let size = 0;
  let starts = new Uint32Array(1 << 10);
  /** Open addressing: number + 1, by hash. */
  let table = new Uint32Array(1 << 11);
  const answers = new Map<string, { hits: Uint8Array; size: number }>();
  let lastText: string | undefined;
  let lastNumber = 0;

  function find(hash: number, from: number, to: number): number {
    const mask = table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const entry = table[at] as number;
      if (entry === 0) return -1 - at;
      if (sameBytes(entry - 1, from, to)) return entry - 1;
    }
  }

  function sameBytes(number: number, from: number, to: number): boolean {
    const start = starts[number] as number;
    const length = (number + 1 < size ? (starts[number + 1] as number) : from) - 1 - start;
    if (length !== to - from) return false;
    for (let i = 0; i < length; i++) if (buffer[start + i] !== buffer[from + i]) return false;
    return true;
  }

  function grow(bytes: number): void {
    if (end + bytes > buffer.length) {
      const larger = Buffer.alloc(Math.ceil((end + bytes) * 1.5));
      buffer.copy(larger, 0, 0, end);
      buffer = larger;
    }
    if (size + 1 >= starts.length) {
      const larger = new Uint32Array(Math.ceil(starts.length * 1.5));
      larger.set(starts);
      starts = larger;
    }
    if (size * 2 < table.length) return;
    table = new Uint32Array(table.length * 2);
    const mask = table.length - 1;
    for (let number = 0; number < size; number++) {
      const stop = (number + 1 < size ? (starts[number + 1] as number) : end) - 1;
      let at = hashOf(buffer, starts[number] as number, stop) & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = number + 1;
    }
  }

  return {
    get size() {
      return size;
    },
    get bytes() {
      return buffer.length + starts.byteLength + table.byteLength;
    },
    add(text) {
      if (text === lastText) return lastNumber;
      grow(text.length * 3 + 1);
      const stop = end + buffer.write(text, end);
      for (let at = end; at < stop; at++) {
        const byte = buffer[at] as number;
        if (byte >= 65 && byte <= 90) buffer[at] = byte + 32;
      }
      let number = find(hashOf(buffer, end, stop), end, stop);
      if (number < 0) {
        table[-1 - number] = size + 1;
        number = size;
        starts[size++] = end;
        buffer[stop] = 0;
        end = stop + 1;
      }
      lastText = text;
      lastNumber = number;
      return number;
    },
    containing(part) {
      const known = answers.get(part);
      answers.delete(part);
      let answer = known;
      if (!answer || answer.size < size) {
        const hits = new Uint8Array(size);
        if (answer) hits.set(answer.hits);
        search(part, answer?.size ?? 0, hits);
        answer = { hits, size };
      }
      answers.set(part, answer);
      const oldest = answers.size > REMEMBERED ? answers.keys().next().value : undefined;
      if (oldest !== undefined) answers.delete(oldest);
      return answer.hits;
    },
  };

  /**
   * Stretch by stretch as a text of bytes: `indexOf` of a text costs 30 ns for each hit, that of a buffer 150. No text holds a
   * NUL (the store refuses it), so nothing is found across the end of one.
   */
  function search(part: string, first: number, hits: Uint8Array): void {
    const needle = Buffer.from(part).latin1Slice();
    for (let from = first; from < size; from += STRETCH) {
      const to = Math.min(size, from + STRETCH);
      const base = starts[from] as number;
      const bytes = buffer.latin1Slice(base, to < size ? (starts[to] as number) : end);
      let number = from;
      for (let at = bytes.indexOf(needle); at >= 0; ) {
        while (number + 1 < to && (starts[number + 1] as number) <= at + base) number++;
        hits[number] = 1;
        if (number + 1 >= to) break;
        at = bytes.indexOf(needle, (starts[number + 1] as number) - base);
      }
    }
  }
}

/** FNV-1a. */
function hashOf(buffer: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (buffer[at] as number), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
