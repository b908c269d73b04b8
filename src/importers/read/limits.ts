/** What one element of a report may be: a parser holds one of them at a time, and nothing that people read is larger. */
export const MAX_ELEMENT_BYTES = 32 * 1024 * 1024;
export const MAX_DEPTH = 128;
/** Read at a time. */
export const CHUNK_BYTES = 256 * 1024;
export const HEAD_BYTES = 64 * 1024;
