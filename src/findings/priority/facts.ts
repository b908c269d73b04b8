import type { Location } from '../../model/location.ts';
import type { Confidence, Severity } from '../../model/severity.ts';

export const CRITICALITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Criticality = (typeof CRITICALITIES)[number];

/** From the least reachable to the most. */
export const EXPOSURES = ['isolated', 'internal', 'internet'] as const;
export type Exposure = (typeof EXPOSURES)[number];

/** What a CVE is known for. Times are milliseconds since 1970 (UTC). */
export interface CveSignal {
  cve: string;
  /** Null: not on the list. */
  kevAdded: number | null;
  kevDue: number | null;
  ransomware: boolean | null;
  epss: number | null;
  percentile: number | null;
}

/** Of when the signals are; null: none was ever imported, so nothing is known. */
export interface SignalDates {
  kev: number | null;
  epss: number | null;
}

/** Everything that the priority of one finding depends on. Null is unknown, and never the same as no or zero. */
export interface PriorityFacts {
  severity: Severity;
  confidence: Confidence;
  location: Location;
  /** Those that the finding names, with what is known of each. */
  signals: readonly CveSignal[];
  dates: SignalDates;
  criticality: Criticality | null;
  exposure: Exposure | null;
  firstSeen: number;
  reopened: boolean;
  /** How sure a model is that it is real, 0 to 1. */
  model: { confidence: number; version: string } | null;
}
