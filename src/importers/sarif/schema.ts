import * as z from 'zod';

/*
 * SARIF 2.1.0 (OASIS Standard, 27 March 2020), only the fields that are used. What many tools write differently from the
 * standard is taken as it is; a field of another type is as good as absent, so that one odd property costs no finding.
 */

const Text = z.string().optional().catch(undefined);
/** Some tools number their rules. */
const Id = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);
const Int = z.int().optional().catch(undefined);
const Line = z.int().min(1).optional().catch(undefined);
const Bag = z.record(z.string(), z.unknown()).optional().catch(undefined);
const listOf = <T extends z.ZodType>(item: T) => z.array(item).optional().catch(undefined);

export const Message = z.object({
  text: Text,
  markdown: Text,
  id: Text,
  arguments: listOf(z.string()),
});
export type Message = z.infer<typeof Message>;

const MultiText = z.object({ text: Text, markdown: Text }).optional().catch(undefined);

export const ArtifactLocation = z.object({ uri: Text, uriBaseId: Text, index: Int });
export type ArtifactLocation = z.infer<typeof ArtifactLocation>;

const Snippet = z.object({ text: Text }).optional().catch(undefined);
const Region = z
  .object({ startLine: Line, startColumn: Line, endLine: Line, endColumn: Line, snippet: Snippet })
  .optional()
  .catch(undefined);

export const PhysicalLocation = z.object({
  artifactLocation: ArtifactLocation.optional().catch(undefined),
  region: Region,
  contextRegion: Region,
});
export type PhysicalLocation = z.infer<typeof PhysicalLocation>;

const LogicalLocation = z.object({ name: Text, fullyQualifiedName: Text, kind: Text, index: Int });
export type LogicalLocation = z.infer<typeof LogicalLocation>;

export const SarifLocation = z.object({
  physicalLocation: PhysicalLocation.optional().catch(undefined),
  logicalLocations: listOf(LogicalLocation),
  message: Message.optional().catch(undefined),
});
export type SarifLocation = z.infer<typeof SarifLocation>;

const RuleReference = z.object({
  id: Id,
  index: Int,
  toolComponent: z.object({ index: Int, name: Text, guid: Text }).optional().catch(undefined),
});
export type RuleReference = z.infer<typeof RuleReference>;

export const Result = z.object({
  ruleId: Id,
  ruleIndex: Int,
  rule: RuleReference.optional().catch(undefined),
  kind: Text,
  level: Text,
  message: z.union([Message, z.string().transform((text) => ({ text }) as Message)]).catch({}),
  locations: listOf(SarifLocation),
  relatedLocations: listOf(SarifLocation),
  codeFlows: listOf(
    z.object({
      threadFlows: listOf(
        z.object({
          locations: listOf(z.object({ index: Int, location: SarifLocation.optional().catch(undefined) })),
        }),
      ),
    }),
  ),
  suppressions: listOf(z.object({ kind: Text, status: Text, state: Text, justification: Text })),
  baselineState: Text,
  partialFingerprints: Bag,
  fingerprints: Bag,
  correlationGuid: Text,
  taxa: listOf(RuleReference),
  rank: z.number().optional().catch(undefined),
  webRequest: z.object({ method: Text, target: Text }).optional().catch(undefined),
  properties: Bag,
});
export type Result = z.infer<typeof Result>;

export const Rule = z.object({
  id: z.union([z.string().min(1), z.number().transform(String)]),
  name: Text,
  guid: Text,
  deprecatedIds: listOf(z.string()),
  shortDescription: MultiText,
  fullDescription: MultiText,
  help: MultiText,
  helpUri: Text,
  messageStrings: z
    .record(z.string(), z.object({ text: Text }))
    .optional()
    .catch(undefined),
  defaultConfiguration: z
    .object({ level: Text, enabled: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  relationships: listOf(z.object({ target: RuleReference.optional().catch(undefined) })),
  properties: Bag,
});
export type Rule = z.infer<typeof Rule>;

export const Artifact = z.object({
  location: ArtifactLocation.optional().catch(undefined),
  parentIndex: Int,
  roles: listOf(z.string()),
});

export const BaseIds = z.record(z.string(), ArtifactLocation.catch({}));

export const Invocation = z.object({
  executionSuccessful: z.boolean().optional().catch(undefined),
  workingDirectory: ArtifactLocation.optional().catch(undefined),
  toolExecutionNotifications: listOf(z.object({ level: Text, message: Message.catch({}) })),
});

export const Provenance = z.object({
  repositoryUri: Text,
  mappedTo: ArtifactLocation.optional().catch(undefined),
});
