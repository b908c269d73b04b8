/** One line of a unified diff. */
type Line = { kind: ' ' | '-' | '+'; text: string };

const CONTEXT = 3;
/** Texts that differ in more lines than this are shown as replaced: finding the least change would take too long. */
const MOST_EDITS = 500;

/** Unified, with three lines around; empty when both are the same. */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  const lines = diffLines(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return '';
  return `${[`--- ${names.before}`, `+++ ${names.after}`, ...hunks].join('\n')}\n`;
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function diffLines(before: readonly string[], after: readonly string[]): Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail += 1;
  const keep = (text: string): Line => ({ kind: ' ', text });
  return [
    ...before.slice(0, head).map(keep),
    ...changed(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(keep),
  ];
}

/** Myers, 'An O(ND) Difference Algorithm and Its Variations' (1986), the greedy one with a trace. */
function changed(before: readonly string[], after: readonly string[]): Line[] {
  const trace = walk(before, after);
  if (trace === null) return replaced(before, after);
  const lines: Line[] = [];
  let x = before.length;
  let y = after.length;
  for (let depth = trace.length - 1; depth > 0; depth -= 1) {
    const furthest = trace[depth - 1] as Map<number, number>;
    const diagonal = x - y;
    const down =
      diagonal === -depth || (diagonal !== depth && at(furthest, diagonal - 1) < at(furthest, diagonal + 1));
    const from = down ? diagonal + 1 : diagonal - 1;
    const fromX = at(furthest, from);
    const fromY = fromX - from;
    for (; x > fromX && y > fromY && x > 0 && y > 0 && before[x - 1] === after[y - 1]; x -= 1, y -= 1)
      lines.push({ kind: ' ', text: before[x - 1] as string });
    if (down) lines.push({ kind: '+', text: after[fromY] as string });
    else lines.push({ kind: '-', text: before[fromX] as string });
    x = fromX;
    y = fromY;
  }
  for (; x > 0; x -= 1) lines.push({ kind: ' ', text: before[x - 1] as string });
  return lines.reverse();
}

/** For each number of edits how far one gets on each diagonal; null when there are too many. */
function walk(before: readonly string[], after: readonly string[]): Map<number, number>[] | null {
  const trace: Map<number, number>[] = [];
  let last = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(MOST_EDITS, before.length + after.length); edits += 1) {
    const furthest = new Map<number, number>();
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down =
        diagonal === -edits || (diagonal !== edits && at(last, diagonal - 1) < at(last, diagonal + 1));
      let x = down ? at(last, diagonal + 1) : at(last, diagonal - 1) + 1;
      let y = x - diagonal;
      while (x < before.length && y < after.length && before[x] === after[y]) {
        x += 1;
        y += 1;
      }
      furthest.set(diagonal, x);
      if (x >= before.length && y >= after.length) return [...trace, furthest];
    }
    trace.push(furthest);
    last = furthest;
  }
  return null;
}

function at(furthest: ReadonlyMap<number, number>, diagonal: number): number {
  return furthest.get(diagonal) ?? Number.NEGATIVE_INFINITY;
}

function replaced(before: readonly string[], after: readonly string[]): Line[] {
  return [
    ...before.map((text): Line => ({ kind: '-', text })),
    ...after.map((text): Line => ({ kind: '+', text })),
  ];
}

function hunksOf(lines: readonly Line[]): string[] {
  const shown = new Set<number>();
  for (const [index, line] of lines.entries())
    if (line.kind !== ' ')
      for (let near = index - CONTEXT; near <= index + CONTEXT; near += 1) shown.add(near);
  const hunks: string[] = [];
  let oldLine = 1;
  let newLine = 1;
  for (let index = 0; index < lines.length; ) {
    if (!shown.has(index)) {
      index += 1;
      oldLine += 1;
      newLine += 1;
      continue;
    }
    const start = index;
    while (index < lines.length && shown.has(index)) index += 1;
    const part = lines.slice(start, index);
    const olds = part.filter((line) => line.kind !== '+').length;
    const news = part.filter((line) => line.kind !== '-').length;
    hunks.push(`@@ -${rangeOf(oldLine, olds)} +${rangeOf(newLine, news)} @@`);
    hunks.push(...part.map((line) => `${line.kind}${line.text}`));
    oldLine += olds;
    newLine += news;
  }
  return hunks;
}

/** As `diff -u` writes it: an empty part stands behind the line before it. */
function rangeOf(start: number, count: number): string {
  if (count === 1) return String(start);
  return `${count === 0 ? start - 1 : start},${count}`;
}
