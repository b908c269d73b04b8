import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import * as z from 'zod';
import { pathMatcher, textFits } from '../../../analysis/glob.ts';
import { asText } from './mask.ts';
import type { Candidate } from './matcher.ts';

/** What is known and accepted: all the fields that are given must fit. */
export const IgnoreEntry = z
  .strictObject({
    path: z.string().min(1).max(500).optional().meta({ description: 'Path pattern, as in `exclude`.' }),
    rule: z.string().min(1).max(100).optional().meta({ description: 'Rule id; `*` stands for any text.' }),
    value: z
      .string()
      .min(3)
      .max(500)
      .optional()
      .meta({ description: 'The value itself; `*` and `?` stand for any text and any character.' }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i)
      .optional()
      .meta({ description: 'SHA-256 of the value in hex: names a value without showing it.' }),
    reason: z.string().max(500).optional(),
  })
  .refine((entry) => entry.path ?? entry.rule ?? entry.value ?? entry.sha256, {
    message: 'give at least one of path, rule, value and sha256',
  });
export type IgnoreEntry = z.infer<typeof IgnoreEntry>;

/** The part of `sentinelx.yaml` that this task reads; other keys belong to others. */
const TreeFile = z.object({
  ignore: z
    .array(
      z.union([
        z
          .string()
          .min(1)
          .transform((path): TreeEntry => ({ path })),
        z.object({ task: z.string().optional() }).and(z.record(z.string(), z.unknown())),
      ]),
    )
    .max(1_000)
    .default([]),
});
interface TreeEntry {
  path?: string;
  task?: string;
}

export const TASK_ID = 'secrets-scan';

/** Ignores from the text of a `sentinelx.yaml`. Throws a ZodError or a YAML error; such a file adds nothing. */
export function ignoresOfTree(text: string): IgnoreEntry[] {
  const document = TreeFile.parse(parse(text, { maxAliasCount: 20 }) ?? {});
  return document.ignore
    .filter((entry) => entry.task === undefined || entry.task === TASK_ID)
    .map(({ task: _task, ...entry }) => IgnoreEntry.parse(entry));
}

/** Says whether a found secret is on the list. */
export type IgnoreList = (secret: Candidate, path: string) => boolean;

export function ignoreList(entries: readonly IgnoreEntry[]): IgnoreList {
  const tests = entries.map((entry) => {
    const path = entry.path === undefined ? undefined : pathMatcher(entry.path);
    const sha256 = entry.sha256?.toLowerCase();
    return (secret: Candidate, at: string, value: string) =>
      (!path || path(at)) &&
      (entry.rule === undefined || textFits(entry.rule, secret.rule.id)) &&
      (entry.value === undefined || textFits(entry.value, value)) &&
      (sha256 === undefined || createHash('sha256').update(value).digest('hex') === sha256);
  });
  return (secret, path) => {
    if (tests.length === 0) return false;
    const value = asText(secret.value);
    return tests.some((fits) => fits(secret, path, value));
  };
}
