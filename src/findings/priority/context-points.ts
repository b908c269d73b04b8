import type { Location } from '../../model/location.ts';
import type { Part } from './priority.ts';

const DAY_MS = 86_400_000;
/** Older than so many days: so many points. */
const AGE_STEPS = [
  [180, 3],
  [90, 2],
  [30, 1],
] as const;
const REOPENED_POINTS = 4;
const TEST_CODE_POINTS = -10;
/** Folders and file names of tests in the usual layouts; a guess, and told as one. */
const TEST_PATH =
  /(?:^|\/)(?:tests?|__tests__|specs?|testdata|test-data|fixtures?|e2e|mocks?|__mocks__)\/|(?:^|\/)test_[^/]*$|[._-](?:test|spec|tests)\.[^/]+$|_test\.[^/]+$|(?:^|\/)conftest\.py$/i;

export function scored(points: number, text: string): Part {
  return { state: 'known', points, text };
}

export function ageOf(firstSeen: number, now: number): Part {
  const days = Math.max(0, Math.floor((now - firstSeen) / DAY_MS));
  const points = AGE_STEPS.find(([from]) => days > from)?.[1] ?? 0;
  return scored(points, `known for ${days === 1 ? '1 day' : `${days} days`}`);
}

export function reopenedOf(reopened: boolean): Part {
  return reopened
    ? scored(REOPENED_POINTS, 'it came back after it had been fixed')
    : scored(0, 'it has not come back after a fix');
}

/** Code of tests runs nowhere else; whether a path is one is read from its name. */
export function placeOf(location: Location): Part {
  const path = pathOf(location);
  if (path === null) return { state: 'none', points: 0, text: 'it is not in a file' };
  return isTestPath(path)
    ? scored(TEST_CODE_POINTS, `its path looks like code of tests: ${path}`)
    : scored(0, 'its path does not look like code of tests');
}

export function isTestPath(path: string): boolean {
  return TEST_PATH.test(path);
}

function pathOf(location: Location): string | null {
  switch (location.kind) {
    case 'file':
      return location.path;
    case 'package':
      return location.manifest ?? null;
    case 'contract':
    case 'resource':
      return location.file ?? null;
    default:
      return null;
  }
}
