import * as z from 'zod';

/** What the report held, besides the findings themselves. The receipt of an import is made from it. */
export const Summary = z.object({
  format: z.string(),
  tools: z.array(z.string()),
  /** Findings and what was no finding. */
  parsed: z.int(),
  skipped: z.array(z.object({ reason: z.string(), count: z.int(), examples: z.array(z.string()) })),
  /** What to know about it, though nothing is wrong: what its paths are relative to, what it does not close. */
  notes: z.array(z.string()),
  files: z.array(z.object({ name: z.string(), format: z.string(), size: z.int(), sha256: z.string() })),
});
export type Summary = z.infer<typeof Summary>;

const MAX_REASONS = 50;
const MAX_EXAMPLES = 10;
const MAX_NOTES = 20;
const OTHER = 'other reasons';

/** Counts while the report streams by. */
export function createSummary() {
  const tools = new Set<string>();
  const formats = new Set<string>();
  const skipped = new Map<string, { reason: string; count: number; examples: string[] }>();
  const files: Summary['files'] = [];
  const notes = new Set<string>();
  let parsed = 0;
  return {
    findings: () => parsed,
    parsed(): void {
      parsed += 1;
    },
    tool(id: string): void {
      tools.add(id);
    },
    skip(given: string, at: string): void {
      const reason = skipped.has(given) || skipped.size < MAX_REASONS ? given : OTHER;
      const entry = skipped.get(reason) ?? { reason, count: 0, examples: [] };
      skipped.set(reason, entry);
      entry.count += 1;
      if (entry.examples.length < MAX_EXAMPLES) entry.examples.push(at.slice(0, 200));
    },
    /** Of an archive of reports each says the same. */
    note(text: string): void {
      if (notes.size < MAX_NOTES) notes.add(text.slice(0, 600));
    },
    file(file: Summary['files'][number]): void {
      formats.add(file.format);
      if (files.length < 1_000) files.push(file);
    },
    result: (): Summary => ({
      format: [...formats].join(', ') || 'unknown',
      tools: [...tools].sort(),
      parsed,
      skipped: [...skipped.values()],
      notes: [...notes],
      files,
    }),
  };
}
