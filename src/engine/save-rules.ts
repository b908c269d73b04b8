import type { RuleText } from '../model/rule.ts';
import type { WriteContext } from '../store/store.ts';

/** Keeps the words of the rules, so that a finding can be explained when its task is gone. */
export async function saveRules(
  tx: WriteContext['tx'],
  task: string,
  rules: Record<string, RuleText>,
): Promise<void> {
  for (const [id, text] of Object.entries(rules)) {
    const value = { revision: text.revision ?? 1, text: JSON.stringify(text) };
    await tx
      .insertInto('rule')
      .values({ task, id, ...value })
      .onConflict((conflict) => conflict.columns(['task', 'id']).doUpdateSet(value))
      .execute();
  }
}
