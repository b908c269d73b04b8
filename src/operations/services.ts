import type { Engine } from '../engine/engine.ts';
import type { Store } from '../store/store.ts';

/** What a handler may use. */
export interface Services {
  store: Store;
  engine: Engine;
  dataDir: string;
  version: string;
}
