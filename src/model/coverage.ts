import * as z from 'zod';

/**
 * What a run really examined. `tree` is everything below `path` (`''` is the root) but the exceptions, each of which stands
 * for a file or for a folder with all that is in it; `history` is the git history of the root; `origin` a web origin, or only its
 * `paths` (with their query); `packages` those whose manifest is `path` or stands below it, `resources` those in such files (`''` is all of
 * them, also those without a file).
 */
export const CoveredScope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tree'), path: z.string(), except: z.array(z.string()) }),
  z.object({ kind: z.literal('file'), path: z.string() }),
  z.object({ kind: z.literal('history') }),
  z.object({ kind: z.literal('origin'), url: z.string(), paths: z.array(z.string()).optional() }),
  z.object({ kind: z.literal('packages'), path: z.string() }),
  z.object({ kind: z.literal('resources'), path: z.string() }),
  z.object({ kind: z.literal('everything') }),
]);
export type CoveredScope = z.infer<typeof CoveredScope>;
