import { ageOf, placeOf, reopenedOf, scored } from './context-points.ts';
import { exploitability, exploited } from './cve-points.ts';
import type { PriorityFacts } from './facts.ts';
import { FACTORS, type Factor, type Weights } from './weights.ts';

/** `known` counts, also with 0 points; `unknown`: nobody has said; `none`: the question does not arise. */
export type ContributionState = 'known' | 'unknown' | 'none';

export interface Contribution {
  factor: Factor | 'limit';
  state: ContributionState;
  /** What it adds or takes; 0 when it is unknown, which `state` says. */
  points: number;
  /** In words, without the sign. */
  text: string;
}

export interface Priority {
  /** 0 to 100, the sum of the contributions. */
  value: number;
  contributions: Contribution[];
}

/** What a factor says before it is weighed. */
export type Part = Omit<Contribution, 'factor'>;

const SEVERITY_POINTS = { critical: 50, high: 38, medium: 24, low: 10, info: 2 } as const;
const CONFIDENCE_POINTS = { high: 0, medium: -3, low: -8 } as const;
const EXPOSURE_PARTS = {
  internet: scored(8, 'the asset can be reached from the internet'),
  internal: scored(0, 'the asset can be reached from inside only'),
  isolated: scored(-8, 'the asset is isolated'),
} as const;
const CRITICALITY_POINTS = { critical: 8, high: 4, medium: 0, low: -6 } as const;
const MODEL_POINTS = 20;
const HIGHEST = 100;

/**
 * How soon somebody should look, from facts alone. It is a sum: each contribution says what it adds and why, and a worse fact never
 * adds less than a better one. What is unknown adds nothing and is told as unknown.
 */
export function priorityOf(facts: PriorityFacts, now: number, weights: Weights = {}): Priority {
  const parts: Record<Factor, Part> = {
    severity: scored(SEVERITY_POINTS[facts.severity], `severity ${facts.severity}`),
    confidence: scored(CONFIDENCE_POINTS[facts.confidence], `confidence ${facts.confidence} of the rule`),
    exploited: exploited(facts, now),
    exploitability: exploitability(facts),
    exposure:
      facts.exposure === null ? unknown('how far the asset can be reached') : EXPOSURE_PARTS[facts.exposure],
    criticality:
      facts.criticality === null
        ? unknown('how critical the asset is')
        : scored(CRITICALITY_POINTS[facts.criticality], `criticality ${facts.criticality} of the asset`),
    age: ageOf(facts.firstSeen, now),
    reopened: reopenedOf(facts.reopened),
    model: modelPart(facts.model),
    place: placeOf(facts.location),
  };
  const contributions = FACTORS.map((factor): Contribution => weigh(factor, parts[factor], weights));
  const sum = contributions.reduce((total, { points }) => total + points, 0);
  const value = Math.min(HIGHEST, Math.max(0, sum));
  if (value !== sum)
    contributions.push({
      factor: 'limit',
      state: 'known',
      points: value - sum,
      text: value === HIGHEST ? 'no more than 100' : 'no less than 0',
    });
  return { value, contributions };
}

/** `+18 on CISA's list …`, `unknown: how critical the asset is`. */
export function contributionText({ state, points, text }: Contribution): string {
  if (state === 'unknown') return `unknown: ${text}`;
  return state === 'none' ? `no part: ${text}` : `${signed(points)} ${text}`;
}

export function signed(points: number): string {
  return points < 0 ? `−${-points}` : `+${points}`;
}

function weigh(factor: Factor, part: Part, weights: Weights): Contribution {
  const weight = weights[factor] ?? 1;
  // Rounding keeps the order; it never makes a worse fact count less. `+ 0`: there is no −0.
  const points = Math.round(part.points * weight) + 0;
  const weighed = weight === 1 || part.state !== 'known' ? '' : ` (weight ${weight} by the policy)`;
  return { factor, state: part.state, points, text: `${part.text}${weighed}` };
}

function modelPart(model: PriorityFacts['model']): Part {
  if (model === null) return unknown('what a model thinks of it');
  const percent = Math.round(model.confidence * 100);
  return scored(
    Math.round((model.confidence - 0.5) * MODEL_POINTS),
    `model ${model.version} takes it for real with ${percent} %`,
  );
}

function unknown(text: string): Part {
  return { state: 'unknown', points: 0, text };
}
