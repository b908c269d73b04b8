import type { Permission } from '../api/access-types.ts';

interface Part {
  id: string;
  /** Shown to who has one of these. */
  needs: readonly Permission[];
}

/** One line for each part of a project that people set up. */
export const PROJECT_PARTS = [
  { id: 'scope', needs: ['scope:read'] },
  { id: 'secrets', needs: ['secret:read'] },
  { id: 'files', needs: ['file:read'] },
  { id: 'assets', needs: ['finding:read'] },
  { id: 'policy', needs: ['policy:read'] },
] as const satisfies readonly Part[];

/** One line for each part of the administration. */
export const ADMIN_PARTS = [
  { id: 'users', needs: ['user:read'] },
  { id: 'roles', needs: ['role:read'] },
  { id: 'tokens', needs: ['token:read'] },
  { id: 'projects', needs: ['project:read', 'project:write'] },
  { id: 'plugins', needs: ['plugin:read'] },
  { id: 'settings', needs: ['config:read'] },
  { id: 'system', needs: ['system:read'] },
  { id: 'audit', needs: ['audit:read'] },
] as const satisfies readonly Part[];
