import type { Rendering } from '../render/render-format.ts';
import type { Block, Medium } from './block.ts';
import { compliance } from './compliance.ts';
import { delta } from './delta.ts';
import { executive } from './executive.ts';
import { technical } from './technical.ts';

/** The contents of a report by its template, block by block. */
export async function* documentOf({ snapshot, options }: Rendering, medium: Medium): AsyncGenerator<Block> {
  switch (options.template.base) {
    case 'executive':
      return yield* executive(snapshot, medium);
    case 'technical':
      return yield* technical(snapshot, medium);
    case 'compliance':
      return yield* compliance(snapshot, medium, options.frameworks);
    case 'delta':
      return yield* delta(snapshot, medium);
    case null: {
      const { ownDocument } = await import('../template/own-document.ts');
      return yield* ownDocument(snapshot, options.template, medium);
    }
  }
}
