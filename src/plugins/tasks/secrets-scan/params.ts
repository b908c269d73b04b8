import * as z from 'zod';
import { IgnoreEntry } from './ignore-list.ts';

export const Params = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({
      kind: 'path',
      target: true,
      files: ['*'],
      title: 'Folder or file',
      description: 'What to scan: a folder with all that is in it, a file, or a git repository.',
      examples: ['.', './my-project', '/srv/app/.env'],
    }),
  history: z
    .union([z.boolean(), z.enum(['auto', 'off', 'only'])])
    .default('auto')
    .meta({
      title: 'Git history',
      description:
        '`auto` reads the whole history when the folder is a git repository, `off` only the files as they are now, `only` the history without them. `true` and `false` mean `auto` and `off`.',
      examples: ['auto'],
    }),
  exclude: z
    .array(z.string().min(1).max(500))
    .max(1_000)
    .default([])
    .meta({
      title: 'Leave out',
      description:
        'Path patterns: `*.map`, `docs/`, `test/**/*.json`, `{a,b}`. What is left out is not covered.',
      examples: [['*.map', 'docs/']],
    }),
  include: z
    .array(z.string().min(1).max(500))
    .max(1_000)
    .default([])
    .meta({
      title: 'Only these',
      description: 'Path patterns; when given, only files that fit one of them are scanned.',
      examples: [['src/', '*.env']],
    }),
  vendored: z.boolean().default(false).meta({
    title: 'Dependency folders too',
    description:
      'Also scan folders that a package manager fills: node_modules, bower_components, site-packages, vendor/bundle and the like. Such a folder is always scanned when it is the target itself.',
  }),
  archives: z.boolean().default(true).meta({
    title: 'Look into archives',
    description: 'zip, jar, whl, docx, tar, gz, tgz and zst, archives in archives included.',
  }),
  generic: z.boolean().default(true).meta({
    title: 'Secrets without a format',
    description:
      'Also report passwords, keys and tokens that are told only by the name that they are assigned to.',
  }),
  context: z.boolean().default(true).meta({
    title: 'Account and host beside a secret',
    description:
      'Also report, as `info`, the lines beside a leaked secret that tell where and for whom it works.',
    advanced: true,
  }),
  minConfidence: z.enum(['low', 'medium', 'high']).default('low').meta({
    title: 'Least confidence',
    description: 'Leave out findings that are less sure than this.',
    advanced: true,
  }),
  disable: z
    .array(z.string().min(1).max(100))
    .max(1_000)
    .default([])
    .meta({
      title: 'Rules to leave out',
      description: 'Ids of rules.',
      examples: [['json-web-token']],
      advanced: true,
    }),
  allow: z
    .array(IgnoreEntry)
    .max(10_000)
    .default([])
    .meta({
      title: 'Known and accepted',
      description:
        'Findings that are not reported: each entry names a path pattern, a rule, a value (with `*` and `?`) or its SHA-256; all that it names must fit.',
      examples: [[{ path: 'test/', rule: 'private-key', reason: 'made for tests' }]],
      advanced: true,
    }),
  maxFileMb: z.number().positive().optional().meta({
    title: 'Largest file (MB)',
    description:
      'Larger files are left out and named as a problem. Without it every file is read whole, in pieces.',
    advanced: true,
  }),
  maxArchiveMb: z.number().positive().max(1_024).default(256).meta({
    title: 'Largest archive (MB)',
    description: 'Archives are unpacked in memory; larger ones are named as a problem.',
    advanced: true,
  }),
});
export type Params = z.output<typeof Params>;

const Count = z.int().min(0);

export const Output = z.object({
  files: Count.meta({ description: 'Files that were read.' }),
  bytes: Count,
  archives: Count.meta({ description: 'Archives that were opened.' }),
  members: Count.meta({ description: 'Files in archives that were read.' }),
  skipped: z.record(z.string(), Count).meta({
    description:
      'What was met and not read, by reason: excluded, dependencies, symlink, special, unreadable, too-large, archive.',
  }),
  findings: Count,
  suppressed: z
    .object({ inline: Count, allowed: Count, 'sentinelx.yaml': Count, confidence: Count })
    .meta({ description: 'Secrets that were found and not reported, by the reason.' }),
  history: z
    .object({ commits: Count, blobs: Count, bytes: Count, findings: Count, complete: z.boolean() })
    .nullable()
    .meta({ description: 'The git history, or null when it was not read.' }),
  rules: Count,
  seconds: z.object({ files: z.number(), history: z.number() }),
});
export type Output = z.output<typeof Output>;
