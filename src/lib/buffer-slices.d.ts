/** Methods of Node's Buffer that its types leave out: twice as fast as `toString` on short slices. */
interface Buffer<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> extends Uint8Array<TArrayBuffer> {
  latin1Slice(start?: number, end?: number): string;
}
