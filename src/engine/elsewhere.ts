import type { RunOrder, RunReceiver, RunResult } from './run-process.ts';
import type { UploadedFile } from './upload-target.ts';

/** A run whose process is on a machine that has neither our files nor our network. What it reports is stored here all the same. */
export interface OrderElsewhere extends Omit<RunOrder, 'target' | 'dataDir' | 'net' | 'own'> {
  version: number;
  upload: UploadedFile | null;
  /** `sample:shop`, which every machine has. */
  sample: string | null;
  /** Hosts that the project may examine; the net of that machine is used. */
  hosts: readonly string[];
}

export type RunElsewhere = (order: OrderElsewhere, receiver: RunReceiver) => Promise<RunResult>;
