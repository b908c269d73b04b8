import * as z from 'zod';
import type { ImportEvent } from '../importer.ts';
import { plainPath } from '../paths.ts';
import type { Roots } from '../roots.ts';
import { sourcePath } from '../shared/place.ts';

/** Of every check, also of one that passed: where it looked. */
export const Place = z.object({
  check_id: z.string().min(1),
  /** From the folder that was scanned, or from that of the file that was named. */
  file_path: z.string(),
  /** From the folder in which Checkov ran, most often. */
  repo_file_path: z.string().nullish(),
  file_abs_path: z.string().nullish(),
  vulnerability_details: z.unknown().optional(),
});

const MAX_FILES = 20_000;

/**
 * The files that the report names, by what was looked for there. A file is in the report when it has a check, passed ones included
 * (`--quiet` leaves those out); of a folder or framework without any check the report does not say whether it was looked at.
 */
export function createLooked(roots: Roots) {
  const files = { resources: new Set<string>(), packages: new Set<string>(), secrets: new Set<string>() };
  const unread = new Set<string>();
  return {
    at(place: z.infer<typeof Place>): void {
      const { check_id, vulnerability_details } = place;
      const kind = vulnerability_details ? 'packages' : isSecret(check_id) ? 'secrets' : 'resources';
      if (files[kind].size < MAX_FILES) files[kind].add(fileOf(place, roots));
    },
    failedAt(file: string): void {
      unread.add(file);
    },
    *covered(): Generator<ImportEvent> {
      const kinds = { resources: 'resources', packages: 'packages', secrets: 'file' } as const;
      for (const [looked, kind] of Object.entries(kinds))
        for (const path of files[looked as keyof typeof files])
          if (![...unread].some((file) => isSame(file, path) || isSame(path, file)))
            yield { type: 'covered', at: { kind, path } };
    },
  };
}

export function isSecret(check: string): boolean {
  return check.startsWith('CKV_SECRET');
}

/**
 * `/docker/Dockerfile` is from the folder that was scanned, not from the root of a file system. Of `-f infra/main.tf` it is `/main.tf`, and only
 * the path in the repository has the folder: that of the two which says more, unless the absolute one is below a root that is known.
 */
export function fileOf(place: z.infer<typeof Place>, roots: Roots): string {
  const { file_path, repo_file_path, file_abs_path } = place;
  if (file_abs_path && roots.knows(file_abs_path)) return sourcePath(file_abs_path);
  const scanned = plainPath(file_path);
  const inRepository = plainPath(repo_file_path ?? '');
  const longer = inRepository.length > scanned.length && isSame(file_abs_path ?? '', inRepository);
  return (longer ? inRepository : scanned) || 'unknown';
}

/** Whether one path ends in the other, shorter one. */
function isSame(longer: string, path: string): boolean {
  return `/${plainPath(longer)}`.endsWith(`/${plainPath(path)}`);
}
