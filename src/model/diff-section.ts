/** What a comparison sorts findings into. `not-looked-at`: the newer side did not examine the place, so nothing is known. */
export const DIFF_SECTIONS = ['new', 'fixed', 'changed', 'still', 'dismissed', 'not-looked-at'] as const;
export type DiffSection = (typeof DIFF_SECTIONS)[number];
