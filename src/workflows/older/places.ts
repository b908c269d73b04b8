import type { Path } from '../definition/problem.ts';

/** Where the parts of the new document stood in the older one. */
export interface Places {
  set(path: Path, older: Path): void;
  older(path: Path): Path;
}

export function placesOf(): Places {
  const known = new Map<string, Path>();
  const keyOf = (path: Path) => JSON.stringify(path.map(String));
  return {
    set: (path, older) => void known.set(keyOf(path), older),
    older: (path) => {
      for (let length = path.length; length >= 0; length -= 1) {
        const found = known.get(keyOf(path.slice(0, length)));
        // What is below a part that was taken over stands below it in the older file too.
        if (found) return [...found, ...path.slice(length)];
      }
      return path;
    },
  };
}
