import { assemble, type ParsedVector } from './parse.ts';

interface V2Scores {
  base: number;
  temporal: number;
  environmental: number;
}

// Hundredths, from the v2.0 guide §3.2.2 and §3.2.3.
const EXPLOITABILITY: Record<string, number> = { U: 85, POC: 90, F: 95, H: 100 };
const REMEDIATION: Record<string, number> = { OF: 87, TF: 90, W: 95, U: 100 };
const CONFIDENCE: Record<string, number> = { UC: 90, UR: 95, C: 100 };
const DAMAGE: Record<string, number> = { N: 0, L: 10, LM: 30, MH: 40, H: 50 };
const DISTRIBUTION: Record<string, number> = { N: 0, L: 25, M: 75, H: 100 };

/**
 * The temporal and environmental equations of v2 (§3.2.2, §3.2.3) in whole numbers. In binary fractions 9.0 × 0.95 is a
 * little less than 8.55 and would be rounded to 8.5; the specification's arithmetic gives 8.6.
 */
export function exactV2(
  vector: ParsedVector,
  library: (vector: string) => { base: number | undefined; environmental: number | undefined },
): V2Scores {
  const values = new Map(vector.metrics.map(({ metric, value }) => [metric.key, value]));
  const pick = (keys: readonly string[]) =>
    assemble('2.0', new Map([...values].filter(([key]) => keys.includes(key)))).normalised;
  const baseKeys = ['AV', 'AC', 'Au', 'C', 'I', 'A'];
  const requirements = ['CR', 'IR', 'AR'];
  const base = library(pick(baseKeys)).base ?? Number.NaN;
  // With only the requirements defined the environmental score of the library is the adjusted base score.
  const adjusted = requirements.some((key) => values.has(key))
    ? (library(pick([...baseKeys, ...requirements])).environmental ?? Number.NaN)
    : base;
  const factor = (table: Record<string, number>, key: string, otherwise: number) =>
    table[values.get(key) ?? ''] ?? otherwise;
  const temporalTenths = (tenths: number) =>
    roundedDivision(
      tenths *
        factor(EXPLOITABILITY, 'E', 100) *
        factor(REMEDIATION, 'RL', 100) *
        factor(CONFIDENCE, 'RC', 100),
      1_000_000,
    );
  const adjustedTemporal = temporalTenths(Math.round(adjusted * 10));
  const withDamage = adjustedTemporal * 100 + (100 - adjustedTemporal) * factor(DAMAGE, 'CDP', 0);
  return {
    base,
    temporal: temporalTenths(Math.round(base * 10)) / 10,
    environmental: roundedDivision(withDamage * factor(DISTRIBUTION, 'TD', 100), 10_000) / 10,
  };
}

/** Half goes up. Both numbers are non-negative integers below 2^53. */
function roundedDivision(value: number, by: number): number {
  return Math.floor((2 * value + by) / (2 * by));
}
