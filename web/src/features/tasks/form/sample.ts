/** The sample project in `samples/shop`, as the API names it. */
export const SAMPLE = 'sample:shop';
