import type { Block, Medium } from '../document/block.ts';
import type { UsedTemplate } from '../model.ts';
import type { Snapshot } from '../snapshot/read-snapshot.ts';
export async function* ownDocument(
  _snapshot: Snapshot,
  _template: UsedTemplate,
  _medium: Medium,
): AsyncGenerator<Block> {}
