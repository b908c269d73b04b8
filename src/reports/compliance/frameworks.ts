import type { Framework } from '../model.ts';
import { ASVS } from './asvs.ts';
import { CWE_TOP_25 } from './cwe-top-25.ts';
import { NIST_SSDF } from './nist-ssdf.ts';
import { OWASP_TOP_10 } from './owasp-top-10.ts';
import { PCI_DSS } from './pci-dss.ts';
import type { FrameworkTable } from './table.ts';

export const FRAMEWORK_TABLES: Record<Framework, FrameworkTable> = {
  'owasp-top-10-2025': OWASP_TOP_10,
  'asvs-5': ASVS,
  'pci-dss-4': PCI_DSS,
  'nist-ssdf': NIST_SSDF,
  'cwe-top-25': CWE_TOP_25,
};
