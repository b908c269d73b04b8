import * as z from 'zod';
import { SentinelError } from '../lib/errors.ts';

export const NONE = z.object({});
export const NO_BODY = z.unknown();

export const Page = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
};

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** One more than the page was asked for: it tells whether there is a next one. */
export function page<T>(
  rows: readonly T[],
  limit: number,
  cursorOf: (row: T) => string,
): { rows: T[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** Cursors of lists are opaque to their users: base64url of a JSON array. */
export function packCursor(...parts: (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

export function unpackCursor<T extends z.ZodType>(cursor: string, shape: T): z.output<T> {
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new SentinelError(
      'invalid-cursor',
      `The cursor '${cursor.slice(0, 40)}' is not one of this list.`,
      { cause },
    );
  }
}
