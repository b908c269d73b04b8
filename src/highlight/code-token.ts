import * as z from 'zod';

/** What a piece of code is, as far as a reader wants to see it. `name` is a key, an attribute or a tag. */
export const TOKEN_KINDS = [
  'text',
  'comment',
  'string',
  'number',
  'keyword',
  'function',
  'type',
  'name',
] as const;
export const TokenKind = z.enum(TOKEN_KINDS);
export type TokenKind = z.infer<typeof TokenKind>;

export const CodeToken = z.object({ text: z.string(), kind: TokenKind });
export type CodeToken = z.infer<typeof CodeToken>;

/** Lines of one file, without their ends. */
export interface CodeBlock {
  /** Name of a grammar; null: nothing is known about it. */
  grammar: string | null;
  lines: readonly string[];
}

/** Line by line, as they came; together they are exactly the text that was given. */
export type CodeLines = readonly (readonly CodeToken[])[];

/** Nothing is marked. */
export function plainLines(lines: readonly string[]): CodeLines {
  return lines.map((text) => (text === '' ? [] : [{ text, kind: 'text' }]));
}
