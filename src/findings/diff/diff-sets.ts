import type { DiffSection } from '../../model/diff-section.ts';
import { SEVERITIES } from '../../model/severity.ts';
import { type Diff, listOfEntries, type Ranked, type Was } from './sections.ts';

/** A finding on one side, whatever the side is: a report, an asset, a run beside a moment. */
export interface SideFinding {
  id: string;
  /** The task or tool that found it. */
  tool: string;
  status: string;
  severity: string;
  place: string;
}

/** By what is the same on both sides: the finding itself, or what it says where the sides are two assets. */
export type SideFindings = ReadonlyMap<string, SideFinding>;

const OPEN = ['open', 'confirmed'];

/**
 * Two sides that are known finding by finding. `mayBeGone` says of one that the newer side does not have whether that side looked
 * at its place.
 */
export function diffSets(
  older: SideFindings,
  newer: SideFindings,
  lookedAt: (finding: SideFinding) => boolean,
): Diff {
  const sections: Record<DiffSection, Ranked[]> = {
    new: [],
    fixed: [],
    changed: [],
    still: [],
    dismissed: [],
    'not-looked-at': [],
  };
  for (const [key, now] of newer) {
    const before = older.get(key);
    const wasOpen = before !== undefined && OPEN.includes(before.status);
    const was = before === undefined ? null : wasOf(before, now);
    const entry = { id: now.id, rank: rankOf(now), was };
    if (OPEN.includes(now.status)) {
      if (!wasOpen) sections.new.push(entry);
      else if (was) sections.changed.push(entry);
      else sections.still.push(entry);
    } else if (now.status === 'fixed') {
      if (wasOpen) sections.fixed.push(entry);
    } else if (before?.status !== now.status) sections.dismissed.push(entry);
  }
  for (const [key, before] of older) {
    if (newer.has(key) || !OPEN.includes(before.status)) continue;
    const entry = { id: before.id, rank: rankOf(before), was: null };
    sections[lookedAt(before) ? 'fixed' : 'not-looked-at'].push(entry);
  }
  return Object.fromEntries(
    Object.entries(sections).map(([name, entries]) => [name, listOfEntries(entries)]),
  ) as Diff;
}

function wasOf(before: SideFinding, now: SideFinding): Was | null {
  const was: Was = {
    ...(before.status !== now.status && { status: before.status }),
    ...(before.severity !== now.severity && { severity: before.severity }),
    ...(before.place !== now.place && { place: before.place }),
  };
  return Object.keys(was).length === 0 ? null : was;
}

function rankOf({ severity }: SideFinding): number {
  return (SEVERITIES as readonly string[]).indexOf(severity);
}
