import type { ImportEvent } from './importer.ts';

const MAX_KINDS = 100;
const MAX_LENGTH = 400;

/** What reads oddly and is taken nevertheless: one line for each kind, with where it stands first and how often. */
export function createOddities() {
  const byText = new Map<string, { at: string; count: number }>();
  let others = 0;
  return {
    add(at: string, text: string): void {
      const short = text.slice(0, MAX_LENGTH);
      const known = byText.get(short);
      if (known) known.count += 1;
      else if (byText.size < MAX_KINDS) byText.set(short, { at, count: 1 });
      else others += 1;
    },
    *lines(name: string): Generator<ImportEvent> {
      for (const [text, { at, count }] of byText) {
        const times = count === 1 ? '' : ` So it is ${count} times; this is the first.`;
        yield { type: 'problem', lost: false, at, message: `${text}${times}` };
      }
      if (others > 0)
        yield {
          type: 'problem',
          lost: false,
          at: name,
          message: `There are ${others} more oddities of other kinds.`,
        };
    },
  };
}
