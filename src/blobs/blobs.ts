/** A stored blob. `id` is what a row names it by. */
export interface StoredBlob {
  id: string;
  size: number;
  /** Hex. */
  sha256: string;
}

export interface BlobEntry {
  id: string;
  size: number;
  /** When it was last put, in ms. */
  put: number;
}

/** First and last byte, as in HTTP. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The Blobs port: bytes that are too large for the database. A blob is whole or not there at all; a row names it only after
 * `put` has returned, so that what is named always exists.
 */
export interface Blobs {
  readonly kind: 'disk' | 's3';
  /** Equal contents are one blob: then a row that begins to name it and its removal must not miss each other. */
  readonly shared: boolean;
  /** On stable storage when it returns. Nothing is left when the content throws; the memory that it takes is bounded. */
  put(content: AsyncIterable<Uint8Array>): Promise<StoredBlob>;
  /** Throws `not-found` at the first read when there is no such blob. */
  open(id: string, range?: ByteRange): AsyncIterable<Uint8Array>;
  has(id: string): Promise<boolean>;
  /** False when there was none, or when it was put again after `unlessPutAfter`. */
  remove(id: string, options?: { unlessPutAfter?: number }): Promise<boolean>;
  list(): AsyncIterable<BlobEntry>;
  /** Forgets what unfinished puts have left behind before that time. Returns how many. */
  sweep(before: number): Promise<number>;
  close(): Promise<void>;
}
