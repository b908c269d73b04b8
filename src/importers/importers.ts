import type { Importer } from './importer.ts';

/** Every importer, by id. A new tool is a new folder and a new line here; loaded when a report is read. */
export const IMPORTERS: Record<string, () => Promise<{ default: Importer }>> = {
  'cyclonedx-vex': () => import('./cyclonedx-vex/index.ts'),
  sarif: () => import('./sarif/index.ts'),
  bandit: () => import('./bandit/index.ts'),
  checkov: () => import('./checkov/index.ts'),
  eslint: () => import('./eslint/index.ts'),
  gitleaks: () => import('./gitleaks/index.ts'),
  gosec: () => import('./gosec/index.ts'),
  govulncheck: () => import('./govulncheck/index.ts'),
  hadolint: () => import('./hadolint/index.ts'),
  nikto: () => import('./nikto/index.ts'),
  nmap: () => import('./nmap/index.ts'),
  'npm-audit': () => import('./npm-audit/index.ts'),
  'pip-audit': () => import('./pip-audit/index.ts'),
  semgrep: () => import('./semgrep/index.ts'),
  shellcheck: () => import('./shellcheck/index.ts'),
  slither: () => import('./slither/index.ts'),
  testssl: () => import('./testssl/index.ts'),
  tfsec: () => import('./tfsec/index.ts'),
  safety: () => import('./safety/index.ts'),
};
