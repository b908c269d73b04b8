import type { DiffDocument } from './diff-document.ts';
import { jsonDiff } from './diff-json.ts';
import { markdownDiff } from './diff-markdown.ts';
import { sarifDiff } from './diff-sarif.ts';
import type { Download } from './operation.ts';

export const DIFF_FORMATS = ['markdown', 'sarif', 'json'] as const;
export type DiffFormat = (typeof DIFF_FORMATS)[number];

const FILES: Record<
  DiffFormat,
  { name: string; mediaType: string; write(document: DiffDocument): AsyncGenerator<string> }
> = {
  markdown: { name: 'diff.md', mediaType: 'text/markdown; charset=utf-8', write: markdownDiff },
  sarif: { name: 'diff.sarif', mediaType: 'application/sarif+json', write: sarifDiff },
  json: { name: 'diff.json', mediaType: 'application/json', write: jsonDiff },
};

/** Written as it is read: a comparison of a hundred thousand findings is never one text in memory. */
export function renderDiff(document: DiffDocument, format: DiffFormat): Download {
  const { name, mediaType, write } = FILES[format];
  return {
    name,
    mediaType,
    async *open() {
      for await (const text of write(document)) yield Buffer.from(text);
    },
  };
}
