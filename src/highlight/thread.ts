/** The thread that marks code; `highlight.ts` starts it. Grammars are expressions over text from outside: any may take for ever. */
import { parentPort } from 'node:worker_threads';
import { createOnigurumaEngine } from '@shikijs/engine-oniguruma';
import { codeToTokensBase, createShikiPrimitive, type ThemedToken } from '@shikijs/primitive';
import { type CodeBlock, type CodeLines, type CodeToken, plainLines } from './code-token.ts';
import { CONTEXT, GRAMMARS } from './grammars.ts';
import { KIND_OF_COLOUR, THEME } from './theme.ts';

/** A longer line is minified: nobody reads it, and it takes as long as thousands of others. */
const LINE_LENGTH = 1000;
/** Of one line; the rest of it stays what was begun. The first one of a language compiles most of its grammar: half a second of a busy machine. */
const LINE_MS = 2_000;

const primitive = createShikiPrimitive({
  themes: [THEME],
  langs: [],
  // The engine that grammars are written for: in JavaScript's some of their expressions do not work, and all start slower.
  engine: await createOnigurumaEngine(import('@shikijs/engine-oniguruma/wasm-inlined')),
});
const loaded = new Set<string>();

parentPort?.on('message', async ({ id, blocks }: { id: number; blocks: readonly CodeBlock[] }) => {
  const marked: CodeLines[] = [];
  for (const block of blocks) marked.push(await mark(block));
  parentPort?.postMessage({ id, marked });
});

async function mark({ grammar, lines }: CodeBlock): Promise<CodeLines> {
  const load = grammar === null ? undefined : GRAMMARS[grammar];
  if (!grammar || !load) return plainLines(lines);
  if (!loaded.has(grammar)) {
    const found = await load();
    await primitive.loadLanguage('default' in found ? found.default : found);
    loaded.add(grammar);
  }
  const context = CONTEXT[grammar];
  const code = lines.join('\n');
  const tokens = codeToTokensBase(primitive, code, {
    lang: grammar,
    theme: THEME.name ?? '',
    tokenizeMaxLineLength: LINE_LENGTH,
    tokenizeTimeLimit: LINE_MS,
    ...(context && !code.includes(context.unless) ? { grammarContextCode: context.code } : {}),
  });
  // A line may hold an end of line of another kind: what came is what goes.
  return tokens.length === lines.length ? tokens.map(toLine) : plainLines(lines);
}

/** Neighbours of one kind are one piece. */
function toLine(tokens: readonly ThemedToken[]): CodeToken[] {
  const line: CodeToken[] = [];
  for (const { content, color } of tokens) {
    if (content === '') continue;
    const kind = KIND_OF_COLOUR.get(color?.toLowerCase() ?? '') ?? 'text';
    const last = line.at(-1);
    if (last && (last.kind === kind || content.trim() === '')) last.text += content;
    else line.push({ text: content, kind });
  }
  return line;
}
