import { expandExample } from '../examples.ts';
import { fileFacts } from '../file-facts.ts';
import { genericFinder } from '../generic.ts';
import { createMatcher } from '../matcher.ts';
import type { Example } from '../rule.ts';
import { contentScanner } from '../scan-content.ts';
import { FORMAT_RULES } from './all-rules.ts';

const scanner = contentScanner(createMatcher(FORMAT_RULES, genericFinder), { context: true });

/** The ids of the rules that find something in the example, its generated parts thrown with `seed`. */
export function foundIn(example: Example, seed: string): string[] {
  const { file, text } = typeof example === 'string' ? { file: 'src/app.cfg', text: example } : example;
  const bytes = Buffer.from(expandExample(text, seed + text));
  const content = { read: (buffer: Uint8Array, at: number) => bytes.copy(buffer, 0, at) };
  return [...scanner.scan(content, fileFacts(file))].flatMap((one) =>
    one === 'pause' ? [] : [one.secret.rule.id],
  );
}
