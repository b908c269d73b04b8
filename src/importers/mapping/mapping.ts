import * as z from 'zod';
import { Severity } from '../../model/severity.ts';

/** Where a value stands in an element (`check.id`, `files.0.name`; a column's name for CSV), or a fixed `=text`. */
const Source = z.string().min(1).max(500);

/** How a CSV or JSON report of any tool becomes findings, without code. */
export const Mapping = z
  .object({
    format: z.enum(['json', 'jsonl', 'csv']),
    /** Task of the findings: the tool's name in kebab-case. */
    tool: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'lower-case letters, digits and "-"'),
    /** JSON: the path of the elements, `results.*`; `*` when the document is a list. */
    elements: z.string().max(500).default('*'),
    /** CSV: the character between the columns; found by itself when absent. */
    delimiter: z.string().length(1).optional(),
    fields: z
      .object({
        rule: Source,
        title: Source.optional(),
        message: Source.optional(),
        severity: Source.optional(),
        confidence: Source.optional(),
        why: Source.optional(),
        fix: Source.optional(),
        reference: Source.optional(),
        cwe: Source.optional(),
        cve: Source.optional(),
        /** One place per finding: a file, a package, an address on the web, a host, or a resource. */
        path: Source.optional(),
        line: Source.optional(),
        column: Source.optional(),
        endLine: Source.optional(),
        purl: Source.optional(),
        package: Source.optional(),
        version: Source.optional(),
        ecosystem: Source.optional(),
        url: Source.optional(),
        param: Source.optional(),
        method: Source.optional(),
        host: Source.optional(),
        port: Source.optional(),
        protocol: Source.optional(),
        resource: Source.optional(),
        evidence: Source.optional(),
        /** What tells two findings of one rule at one place apart; the message when absent. */
        key: Source.optional(),
        /** An id that the tool gives the same finding in each report. */
        id: Source.optional(),
        status: Source.optional(),
      })
      .strict(),
    /** Words of the tool → severity; the usual words and CVSS scores are known. */
    severities: z.record(z.string(), Severity).default({}),
    /** When it has none, or an unknown one. */
    defaultSeverity: Severity.default('medium'),
    /** Values of `status` of what is no finding: it is skipped with this reason. */
    skip: z.record(z.string(), z.string().min(1).max(200)).default({}),
    /** True when each report names everything: what is missing from a later one is fixed. */
    complete: z.boolean().default(false),
  })
  .strict();
export type Mapping = z.infer<typeof Mapping>;
