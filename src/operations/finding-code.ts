import * as z from 'zod';
import { type CodeBlock, CodeToken, plainLines } from '../highlight/code-token.ts';
import { grammarOf } from '../highlight/grammar-of.ts';
import { highlight } from '../highlight/highlight.ts';
import type { Excerpt, Finding } from '../model/finding.ts';
import type { Location } from '../model/location.ts';
import { getFinding } from '../store/findings.ts';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';

/** Of the code of another step that stands in for a step's own. */
const LINES_AROUND = 6;

const Code = z.object({
  firstLine: z.int().min(1),
  lines: z.array(z.array(CodeToken)).describe('Each in pieces that together are the line'),
});

export const findingCode = defineOperation({
  id: 'findings.code',
  summary: 'The stored code around a finding and its steps, with what is comment, keyword and so on',
  method: 'GET',
  path: '/findings/{id}/code',
  permission: 'finding:read',
  audited: false,
  pathParams: z.object({ id: z.string() }),
  query: NONE,
  body: NO_BODY,
  output: z.object({
    highlighted: z
      .boolean()
      .describe('False: the language is not known, or marking took too long; then everything is text'),
    excerpt: Code.nullable().describe('Null: no code was stored with the finding'),
    flow: z.array(Code.nullable()).describe('For each step of the data flow'),
  }),
  cli: 'findings show',
  async handler({ services, caller }, { path }) {
    const finding = await getFinding(services.store.db, path.id, caller.project);
    const main = finding.excerpt && { at: finding.location, excerpt: finding.excerpt };
    const flow = stepsWithCode(finding, main);
    const pieces = [main, ...flow].filter((piece) => piece !== null);
    const blocks = pieces.map(
      ({ at, excerpt }): CodeBlock => ({ grammar: grammarOf(pathOf(at) ?? ''), lines: excerpt.lines }),
    );
    const marked = await highlight(blocks);
    const codes = new Map(
      pieces.map((piece, index) => [
        piece,
        {
          firstLine: piece.excerpt.firstLine,
          lines: (marked?.[index] ?? plainLines(piece.excerpt.lines)).map((line) => [...line]),
        },
      ]),
    );
    return {
      highlighted: marked !== null,
      excerpt: (main && codes.get(main)) ?? null,
      flow: flow.map((piece) => (piece && codes.get(piece)) ?? null),
    };
  },
});

interface Piece {
  at: Location;
  excerpt: Excerpt;
}

/** A step without code of its own is often in the stored lines of the finding, or of another step in the same file. */
function stepsWithCode({ flow }: z.output<typeof Finding>, main: Piece | null): (Piece | null)[] {
  const known: Piece[] = [
    ...(main ? [main] : []),
    ...flow.flatMap(({ at, excerpt }) => (excerpt ? [{ at, excerpt }] : [])),
  ];
  return flow.map(({ at, excerpt }) => {
    if (excerpt) return { at, excerpt };
    const line = 'region' in at ? at.region?.startLine : undefined;
    if (line === undefined) return null;
    const other = known.find((piece) => isSameFile(piece.at, at) && hasLine(piece.excerpt, line));
    return other ? { at, excerpt: around(other.excerpt, line) } : null;
  });
}

function isSameFile(a: Location, b: Location): boolean {
  if (a.kind === 'file' && b.kind === 'file')
    return a.path === b.path && a.inside === b.inside && a.commit === b.commit;
  const path = pathOf(a);
  return a.kind === b.kind && path !== undefined && path === pathOf(b);
}

/** With its ending: that of the member, where it stands in an archive. */
function pathOf(at: Location): string | undefined {
  if (at.kind === 'file') return at.inside ?? at.path;
  return 'file' in at ? at.file : undefined;
}

function hasLine({ firstLine, lines }: Excerpt, line: number): boolean {
  return line >= firstLine && line < firstLine + lines.length;
}

function around({ firstLine, lines }: Excerpt, line: number): Excerpt {
  const from = Math.max(0, line - firstLine - LINES_AROUND);
  return { firstLine: firstLine + from, lines: lines.slice(from, line - firstLine + LINES_AROUND + 1) };
}
