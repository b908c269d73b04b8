import * as z from 'zod';

/** An entry of the audit log, as the API shows it and as a line of an export has it. */
export const AuditEntry = z.object({
  seq: z.int(),
  id: z.string(),
  time: z.int(),
  actor: z.string(),
  via: z.string(),
  address: z.string(),
  request: z.string(),
  operation: z.string(),
  project: z.string(),
  subject: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']),
  code: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});
