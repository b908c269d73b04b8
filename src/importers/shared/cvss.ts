import calculator from 'ae-cvss-calculator';
import type { Severity } from '../../model/severity.ts';
import { severityOfScore } from '../severity-words.ts';

/** What v3 and v4 vectors look like; the library takes anything and leaves out what it does not know. */
const VECTOR = /^CVSS:(3\.0|3\.1|4\.0)(?:\/[A-Z]{1,3}:[A-Z]{1,8}){8,40}$/;

/** Of the vector's score; undefined when it is none. */
export function severityOfVector(vector: string | null | undefined): Severity | undefined {
  const version = VECTOR.exec(vector ?? '')?.[1];
  if (!version || !vector) return undefined;
  try {
    const { overall } =
      version === '4.0'
        ? new calculator.Cvss4P0(vector).calculateScores()
        : (version === '3.1'
            ? new calculator.Cvss3P1(vector)
            : new calculator.Cvss3P0(vector)
          ).calculateScores();
    return typeof overall === 'number' ? severityOfScore(overall) : undefined;
  } catch {
    // A metric with a value that does not exist.
    return undefined;
  }
}
