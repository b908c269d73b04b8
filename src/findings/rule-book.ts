import type { RuleText } from '../model/rule.ts';

/** The rules of every tool that a run speaks of, by tool and id: of two tools each may have a rule of the same name. */
export type RuleBook = ReadonlyMap<string, ReadonlyMap<string, RuleText>>;

export function ruleOf(book: RuleBook, tool: string, id: string): RuleText | undefined {
  return book.get(tool)?.get(id);
}

/** A book that can grow while its run goes on. */
export function createRuleBook(tool: string, rules: Record<string, RuleText> = {}) {
  const book = new Map<string, Map<string, RuleText>>([[tool, new Map(Object.entries(rules))]]);
  return {
    book: book as RuleBook,
    add(of: string, id: string, text: RuleText): void {
      const known = book.get(of);
      if (known) known.set(id, text);
      else book.set(of, new Map([[id, text]]));
    },
  };
}
