import { ArchiveProblem } from './archive-problem.ts';

export interface ArchiveLimits {
  /** Unpacked bytes of all levels together. */
  totalBytes: number;
  /** Unpacked bytes of one member. */
  memberBytes: number;
  members: number;
  /** Unpacked : packed, for members over 1 MiB; deflate cannot do more than 1,032. */
  ratio: number;
  /** Archives in archives; 1 is the outermost. */
  depth: number;
}

export const DEFAULT_LIMITS: ArchiveLimits = {
  totalBytes: 1024 * 1024 * 1024,
  memberBytes: 128 * 1024 * 1024,
  members: 100_000,
  ratio: 250,
  depth: 4,
};

/** What one archive with all that is in it may still use. */
export interface Budget {
  readonly limits: ArchiveLimits;
  readonly spent: boolean;
  countMember(): void;
  /** How large the member may become; throws when nothing is left. */
  allowance(packed: number): number;
  spend(bytes: number): void;
}

const FREE_RATIO_BYTES = 1024 * 1024;

export function budgetOf(limits: ArchiveLimits): Budget {
  let members = 0;
  let bytes = 0;
  return {
    limits,
    get spent() {
      return bytes >= limits.totalBytes || members > limits.members;
    },
    countMember() {
      if (++members > limits.members)
        throw new ArchiveProblem('archive-limit', `more than ${limits.members} members`);
    },
    allowance(packed) {
      const left = limits.totalBytes - bytes;
      if (left <= 0)
        throw new ArchiveProblem('archive-limit', `more than ${limits.totalBytes} bytes unpacked`);
      return Math.min(left, limits.memberBytes, Math.max(FREE_RATIO_BYTES, packed * limits.ratio));
    },
    spend(count) {
      bytes += count;
    },
  };
}
