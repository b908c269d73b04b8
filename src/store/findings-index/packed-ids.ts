const SHAPE = /^fnd_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const ID_BYTES = 16;

/** Ids of findings as 16 bytes each, in the order in which they come. Null when one is not of the usual shape. */
export function packIds(ids: readonly string[]): Uint8Array<ArrayBuffer> | null {
  if (!ids.every((id) => SHAPE.test(id))) return null;
  const packed = Buffer.allocUnsafeSlow(ids.length * ID_BYTES);
  ids.forEach((id, index) => {
    const hex = id.slice(4, 12) + id.slice(13, 17) + id.slice(18, 22) + id.slice(23, 27) + id.slice(28);
    packed.write(hex, index * ID_BYTES, 'hex');
  });
  return packed;
}

export function idAt(packed: Uint8Array, index: number): string {
  const start = index * ID_BYTES;
  const hex = Buffer.from(packed.buffer, packed.byteOffset + start, ID_BYTES).toString('hex');
  return `fnd_${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function countOf(packed: Uint8Array): number {
  return packed.length / ID_BYTES;
}

/** The four words of each id: numbers compare faster than texts. */
export function wordsOf(packed: Uint8Array): Uint32Array {
  const words = new Uint32Array(packed.length / 4);
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  for (let index = 0; index < words.length; index++) words[index] = view.getUint32(index * 4);
  return words;
}

/** Below 0 when id `a` of the one sorts before id `b` of the other. */
export function compareWords(one: Uint32Array, a: number, other: Uint32Array, b: number): number {
  for (let part = 0; part < 4; part++) {
    const difference = (one[a * 4 + part] as number) - (other[b * 4 + part] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
