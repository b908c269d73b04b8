import type { Location } from '../model/location.ts';
import type { Known } from './ingest/known.ts';
import { lineOf } from './place.ts';

export type Candidate = Pick<
  Known,
  'id' | 'task' | 'rule' | 'status' | 'location' | 'merged_into' | 'merged_task'
>;

export interface Asking {
  tool: string;
  at: Location;
}

/** Why two findings that have a weakness or an id in common are not one; undefined: they are. */
export type Difference = 'same-tool' | 'fixed' | 'other-version' | 'other-manifest' | 'lines-apart';

/** Of findings with the same weakness at this place, or the same id for this package, the one that is the same bug. */
export function nearest(
  asking: Asking,
  candidates: readonly Candidate[],
  lines: number,
): Candidate | undefined {
  let best: { one: Candidate; distance: number } | undefined;
  for (const one of candidates) {
    if (differenceOf(asking, one, lines)) continue;
    const distance = Math.abs(lineOf(JSON.parse(one.location) as Location) - lineOf(asking.at));
    if (distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { one, distance };
  }
  return best?.one;
}

/** Two findings of one tool are two: also when a third, of another tool, is near to both. */
export function differenceOf(
  { tool, at: own }: Asking,
  one: Candidate,
  lines: number,
): Difference | undefined {
  if (one.task === tool || one.merged_task === tool) return 'same-tool';
  if (one.status === 'fixed') return 'fixed';
  const at = JSON.parse(one.location) as Location;
  if (at.kind === 'package' && own.kind === 'package') {
    if (at.purl !== own.purl) return 'other-version';
    return sameManifest(own.manifest, at.manifest, one.merged_into !== null) ? undefined : 'other-manifest';
  }
  return Math.abs(lineOf(at) - lineOf(own)) <= lines ? undefined : 'lines-apart';
}

/**
 * One tool names the manifest from the root of the disk, another from that of the project, a third not at all. Of one that is merged
 * itself the name must be the same: over it, two different ones would become one.
 */
function sameManifest(own: string | undefined, other: string | undefined, merged: boolean): boolean {
  if (own === undefined || own === other) return true;
  if (merged) return false;
  if (other === undefined) return true;
  const [long, short] = own.length > other.length ? [own, other] : [other, own];
  return long.endsWith(`/${short.replace(/^\/+/, '')}`);
}
