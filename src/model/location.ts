import * as z from 'zod';

/** Lines and columns count from 1; `endColumn` is the first column behind the region (as in SARIF). */
export const Region = z.object({
  startLine: z.int().min(1),
  startColumn: z.int().min(1).optional(),
  endLine: z.int().min(1).optional(),
  endColumn: z.int().min(1).optional(),
});
export type Region = z.infer<typeof Region>;

/**
 * Where a finding is. Paths are relative to the scanned root with `/` between the parts; `inside` names the member of an
 * archive, `commit` the git commit for what stands only in history.
 */
export const Location = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    path: z.string().min(1),
    region: Region.optional(),
    inside: z.string().optional(),
    commit: z.string().optional(),
  }),
  z.object({ kind: z.literal('package'), purl: z.string(), manifest: z.string().optional() }),
  z.object({
    kind: z.literal('http'),
    url: z.string(),
    method: z.string().optional(),
    param: z.string().optional(),
  }),
  z.object({
    kind: z.literal('resource'),
    address: z.string(),
    file: z.string().optional(),
    region: Region.optional(),
  }),
  z.object({
    kind: z.literal('contract'),
    address: z.string().optional(),
    file: z.string().optional(),
    function: z.string().optional(),
    region: Region.optional(),
  }),
  z.object({
    kind: z.literal('host'),
    name: z.string(),
    port: z.int().optional(),
    protocol: z.string().optional(),
  }),
  z.object({ kind: z.literal('log'), source: z.string(), offset: z.int().optional() }),
  z.object({ kind: z.literal('binary'), path: z.string(), offset: z.int().optional() }),
]);
export type Location = z.infer<typeof Location>;

/** The location as one line of text: `src/app.ts:12:3`, `https://example.org/login (param next)`. */
export function describeLocation(at: Location): string {
  switch (at.kind) {
    case 'file':
      return `${at.path}${at.inside ? `!${at.inside}` : ''}${lineSuffix(at.region)}${at.commit ? ` @${at.commit.slice(0, 10)}` : ''}`;
    case 'package':
      return at.manifest ? `${at.purl} in ${at.manifest}` : at.purl;
    case 'http':
      return `${at.method && at.method !== 'GET' ? `${at.method} ` : ''}${at.url}${at.param ? ` (${at.param})` : ''}`;
    case 'resource':
      return at.file ? `${at.address} in ${at.file}${lineSuffix(at.region)}` : at.address;
    case 'contract':
      return `${at.file ?? at.address ?? 'contract'}${lineSuffix(at.region)}${at.function ? ` ${at.function}` : ''}`;
    case 'host':
      return `${at.name}${at.port ? `:${at.port}` : ''}${at.protocol ? `/${at.protocol}` : ''}`;
    case 'log':
      return `${at.source}${at.offset === undefined ? '' : `+${at.offset}`}`;
    case 'binary':
      return `${at.path}${at.offset === undefined ? '' : `+0x${at.offset.toString(16)}`}`;
  }
}

function lineSuffix(region: Region | undefined): string {
  if (!region) return '';
  return `:${region.startLine}${region.startColumn ? `:${region.startColumn}` : ''}`;
}
