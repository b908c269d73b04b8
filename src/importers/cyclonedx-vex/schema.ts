import * as z from 'zod';

/* CycloneDX 1.4 to 1.6 (ECMA-424), only the fields that are used. */

const Text = z.string().optional().catch(undefined);
const listOf = <T extends z.ZodType>(item: T) => z.array(item).optional().catch(undefined);

export const STATES = [
  'resolved',
  'resolved_with_pedigree',
  'exploitable',
  'in_triage',
  'false_positive',
  'not_affected',
] as const;

export const Component = z.object({
  'bom-ref': Text,
  purl: Text,
  name: Text,
  version: Text,
  group: Text,
  components: z.array(z.unknown()).optional().catch(undefined),
});
export type Component = z.infer<typeof Component>;

export const Vulnerability = z.object({
  id: z.string().min(1),
  source: z.object({ name: Text, url: Text }).optional().catch(undefined),
  references: listOf(z.object({ id: Text })),
  ratings: listOf(z.object({ score: z.number().optional().catch(undefined), severity: Text, method: Text })),
  cwes: listOf(z.int()),
  description: Text,
  detail: Text,
  recommendation: Text,
  advisories: listOf(z.object({ url: Text })),
  analysis: z
    .object({ state: Text, justification: Text, response: listOf(z.string()), detail: Text })
    .optional()
    .catch(undefined),
  affects: listOf(
    z.object({
      ref: Text,
      versions: listOf(z.object({ version: Text, range: Text, status: Text })),
    }),
  ),
});
export type Vulnerability = z.infer<typeof Vulnerability>;
