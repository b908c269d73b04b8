/** What a priority is made of, in the order in which it is told. */
export const FACTORS = [
  'severity',
  'confidence',
  'exploited',
  'exploitability',
  'exposure',
  'criticality',
  'age',
  'reopened',
  'model',
  'place',
] as const;
export type Factor = (typeof FACTORS)[number];

/** A policy may make a factor count less or more, up to twice; it cannot turn one around. */
export const LEAST_WEIGHT = 0;
export const MOST_WEIGHT = 2;

export type Weights = Readonly<Partial<Record<Factor, number>>>;
