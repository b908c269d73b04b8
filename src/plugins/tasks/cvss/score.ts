import calculator from 'ae-cvss-calculator';
import type { CvssVersion, MetricGroup } from './metrics.ts';
import { assemble, type ParsedVector } from './parse.ts';
import { exactV2 } from './v2-rounding.ts';

export const RATINGS = ['none', 'low', 'medium', 'high', 'critical'] as const;
export type Rating = (typeof RATINGS)[number];

export interface Score {
  /** `base`, `temporal`, `environmental`; for v4.0 the name that its specification gives: `CVSS-B`, `CVSS-BT` … */
  name: string;
  score: number;
  rating: Rating;
}

/** Every score whose metrics the vector defines; the last one is the score of the whole vector. */
export function scoresOf(vector: ParsedVector): Score[] {
  if (vector.version === '4.0') return scoresOfV4(vector);
  const { base, temporal, environmental } =
    vector.version === '2.0' ? exactV2(vector, scoresOfV2) : scoresOfV3(vector);
  const found: Score[] = [named('base', base, vector.version)];
  if (has(vector, 'temporal')) found.push(named('temporal', temporal, vector.version));
  if (has(vector, 'environmental')) found.push(named('environmental', environmental, vector.version));
  return found;
}

/**
 * The parts that the equations of v2 and v3 are made of, rounded to one decimal; v4.0 has none, its score comes from a table
 * of macro vectors.
 */
export function subScoresOf(vector: ParsedVector): { name: string; score: number }[] {
  if (vector.version === '4.0') return [];
  const parts: [string, number | undefined][] = [];
  if (vector.version === '2.0') {
    const { impact, exploitability, modifiedImpact } = new calculator.Cvss2(
      vector.normalised,
    ).calculateScores();
    parts.push(['impact', impact], ['exploitability', exploitability], ['adjusted impact', modifiedImpact]);
  } else {
    const model = modelOfV3(vector);
    const { impact, exploitability, modifiedImpact } = model.calculateScores();
    const modified = has(vector, 'environmental') ? model.calculateAdjustedExploitability() : undefined;
    parts.push(['impact', impact], ['exploitability', exploitability]);
    parts.push(['modified impact', modifiedImpact], ['modified exploitability', modified]);
  }
  return parts.flatMap(([name, score]) =>
    score === undefined ? [] : [{ name, score: Math.round(score * 10) / 10 + 0 }],
  );
}

/** One digit for each of the six equivalence classes of v4.0 (§8.2); null for other versions. */
export function macroVectorOf(vector: ParsedVector): string | null {
  if (vector.version !== '4.0') return null;
  return new calculator.Cvss4P0(vector.normalised).getMacroVector().toString();
}

/**
 * v3 and v4: the qualitative scale of their specifications. v2 has none of its own; the one of the National Vulnerability
 * Database is used (low to 3.9, medium to 6.9, high above).
 */
export function ratingOf(score: number, version: CvssVersion): Rating {
  if (score < 4) return score === 0 && version !== '2.0' ? 'none' : 'low';
  if (score < 7) return 'medium';
  return score < 9 || version === '2.0' ? 'high' : 'critical';
}

function scoresOfV2(vector: string): { base: number | undefined; environmental: number | undefined } {
  return new calculator.Cvss2(vector).calculateScores();
}

function scoresOfV3(vector: ParsedVector) {
  return modelOfV3(vector).calculateScores();
}

function modelOfV3(vector: ParsedVector) {
  const { Cvss3P0, Cvss3P1 } = calculator;
  return vector.version === '3.0' ? new Cvss3P0(vector.normalised) : new Cvss3P1(vector.normalised);
}

function scoresOfV4(vector: ParsedVector): Score[] {
  const threat = has(vector, 'threat');
  const environmental = has(vector, 'environmental');
  const found = [v4Score('CVSS-B', vector, ['base'])];
  if (threat) found.push(v4Score('CVSS-BT', vector, ['base', 'threat']));
  if (environmental) found.push(v4Score('CVSS-BE', vector, ['base', 'environmental']));
  if (threat && environmental) found.push(v4Score('CVSS-BTE', vector, ['base', 'threat', 'environmental']));
  return found;
}

function v4Score(name: string, vector: ParsedVector, groups: readonly MetricGroup[]): Score {
  const kept = vector.metrics.filter(({ metric }) => groups.includes(metric.group));
  const part = assemble('4.0', new Map(kept.map(({ metric, value }) => [metric.key, value])));
  return named(name, new calculator.Cvss4P0(part.normalised).calculateScores().overall, '4.0');
}

function named(name: string, score: number | undefined, version: CvssVersion): Score {
  if (score === undefined || !Number.isFinite(score))
    throw new Error(`no ${name} score for a complete vector`);
  // The v2 equations give −0 for a vector without impact.
  const value = score + 0 === 0 ? 0 : score;
  return { name, score: value, rating: ratingOf(value, version) };
}

function has(vector: ParsedVector, group: MetricGroup): boolean {
  return vector.metrics.some(({ metric }) => metric.group === group);
}
