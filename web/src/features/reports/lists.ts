import type { Framework, ReportFormat } from './types.ts';

export const FORMATS = [
  'html',
  'pdf',
  'markdown',
  'csv',
  'sarif',
  'json',
  'vex',
] as const satisfies readonly ReportFormat[];

export const FRAMEWORKS = [
  'owasp-top-10-2025',
  'asvs-5',
  'pci-dss-4',
  'nist-ssdf',
  'cwe-top-25',
] as const satisfies readonly Framework[];
