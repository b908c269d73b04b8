import * as z from 'zod';
import { Mapping } from '../../../importers/mapping/mapping.ts';
import { defineTask } from '../../../plugin/task.ts';
import { importFiles } from './import-files.ts';
import { Summary } from './summary.ts';

const Params = z.object({
  report: z.string().meta({
    kind: 'upload',
    target: true,
    files: [
      ...['.sarif', '.json', '.jsonl', '.ndjson', '.xml', '.nessus', '.csv', '.tsv', '.txt', '.html', '.dat'],
      ...['.gz', '.zip', '.tar', '.tgz'],
    ],
    title: 'Report',
    description: 'The file that a tool wrote, also packed with gzip, or an archive of such files.',
    examples: ['semgrep.sarif'],
  }),
  format: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'lower-case letters, digits and "-"')
    .default('auto')
    .meta({
      title: 'Format',
      description: 'Which tool or format wrote it; seen from its beginning when it is not named.',
      examples: ['auto', 'sarif'],
    }),
  asset: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({
      title: 'Asset',
      description:
        'What the report is about: an asset of the project, or a new one. Else what the report says itself, else the name of the file.',
      examples: ['shop'],
    }),
  covers: z.enum(['auto', 'yes', 'no']).default('auto').meta({
    title: 'Closes what is missing',
    description:
      'Whether the report names everything that its tool finds in the asset, so that what is missing from it is fixed. `auto`: as its format says.',
    advanced: true,
  }),
  root: z
    .string()
    .max(1000)
    .optional()
    .meta({
      title: 'Root of its paths',
      description: 'A folder that absolute paths in the report begin with: they become relative to it.',
      examples: ['/home/ci/build/shop'],
      advanced: true,
    }),
  mapping: Mapping.optional().meta({
    title: 'Mapping',
    description: 'How a CSV or JSON report of any other tool becomes findings.',
    advanced: true,
  }),
});

export default defineTask({
  id: 'import',
  title: 'Import a report',
  summary: 'Takes the findings from the report of another tool.',
  description:
    'Reads SARIF 2.1.0, CycloneDX VEX, the native reports of many tools, and any CSV or JSON by a mapping, as they stream by: a ' +
    'report of 500 MB needs no more memory than a small one. Findings keep the name of their tool, match what an earlier report of ' +
    'the same asset said, and are fixed when a complete report does not name them any more. Elements that cannot be read are told ' +
    'one by one; the rest is imported. `findings import` starts it, prints a receipt, and `findings undo` takes it all back.',
  category: 'reporting',
  version: 1,
  touches: 'nothing',
  needs: ['read'],
  imports: true,
  params: Params,
  output: Summary,
  rules: {},
  limits: { timeSeconds: 6 * 3600 },
  examples: [
    { title: 'A SARIF report', params: { report: 'semgrep.sarif' } },
    { title: 'For a named asset', params: { report: 'trivy.json', asset: 'shop' } },
  ],
  run: (ctx) => importFiles(ctx),
});
