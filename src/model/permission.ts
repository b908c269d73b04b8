/**
 * What somebody may do: `resource:action`. Those of a project count where a role was granted; those of the whole instance
 * only when the role was granted everywhere.
 */
export const PERMISSIONS = {
  'task:read': { of: 'project', title: 'See tasks and what they need' },
  'run:read': { of: 'project', title: 'See runs, their log and their files' },
  'run:create': { of: 'project', title: 'Start runs' },
  'run:cancel': { of: 'project', title: 'Cancel runs' },
  'workflow:read': { of: 'project', title: 'See workflows, their runs, schedules and triggers' },
  'workflow:write': { of: 'project', title: 'Make and change workflows, schedules and triggers' },
  'workflow:run': { of: 'project', title: 'Start, cancel and repeat workflows' },
  'approval:read': { of: 'project', title: 'See what waits for an approval' },
  'approval:decide': { of: 'project', title: 'Approve and reject what waits for it' },
  'worker:read': { of: 'instance', title: 'See workers' },
  'worker:join': {
    of: 'instance',
    title: 'Work as a worker: take steps, read their inputs and secrets, report results',
  },
  'finding:read': { of: 'project', title: 'See findings' },
  'finding:triage': {
    of: 'project',
    title: 'Decide about findings: confirm, dismiss, snooze, assign, comment, merge, undo',
  },
  'finding:accept': { of: 'project', title: 'Accept risks, and approve acceptances and closings' },
  'finding:import': { of: 'project', title: 'Import reports of other tools' },
  'suppression:read': { of: 'project', title: 'See suppression rules' },
  'suppression:write': { of: 'project', title: 'Make, change and end suppression rules' },
  'policy:read': { of: 'project', title: 'See the policy and what it decides' },
  'policy:write': { of: 'project', title: 'Change the policy' },
  'report:read': { of: 'project', title: 'See and download reports' },
  'report:create': { of: 'project', title: 'Generate reports and make report templates' },
  'report:share': { of: 'project', title: 'Share reports by link' },
  'scope:read': { of: 'project', title: 'See what may be examined' },
  'scope:write': { of: 'project', title: 'Authorise folders and hosts' },
  'file:read': { of: 'project', title: 'See and download files' },
  'file:write': { of: 'project', title: 'Upload and remove files' },
  'secret:read': { of: 'project', title: 'See names of secrets, never their values' },
  'secret:write': { of: 'project', title: 'Store and remove secrets' },
  'project:read': { of: 'project', title: 'See the project and who works in it' },
  'project:write': { of: 'instance', title: 'Make, change and archive projects' },
  'user:read': { of: 'instance', title: 'See accounts and their grants' },
  'user:write': { of: 'instance', title: 'Make, change, lock and remove accounts and grants' },
  'role:read': { of: 'instance', title: 'See roles and what they hold' },
  'role:write': { of: 'instance', title: 'Make, change and remove roles' },
  'token:read': { of: 'instance', title: 'See the tokens of others' },
  'token:write': { of: 'instance', title: 'Make and revoke tokens of others' },
  'audit:read': { of: 'instance', title: 'Read, verify and export the audit log' },
  'config:read': { of: 'instance', title: 'See the configuration' },
  'config:write': { of: 'instance', title: 'Change the configuration' },
  'plugin:read': { of: 'instance', title: 'See own tasks and their powers' },
  'plugin:write': { of: 'instance', title: 'Allow and refuse own tasks' },
  'system:read': { of: 'instance', title: 'See state and metrics of the server' },
} as const satisfies Record<string, { of: 'project' | 'instance'; title: string }>;

export type Permission = keyof typeof PERMISSIONS;

export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as Permission[];

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(PERMISSIONS, name);
}

export interface RoleText {
  title: string;
  permissions: readonly Permission[];
}

const READING = ALL_PERMISSIONS.filter((name) => name.endsWith(':read'));
const DEVELOPING = [
  'task:read',
  'run:read',
  'run:create',
  'run:cancel',
  'workflow:read',
  'workflow:run',
  'approval:read',
  'finding:read',
  'finding:import',
  'suppression:read',
  'policy:read',
  'report:read',
  'scope:read',
  'file:read',
  'file:write',
  'project:read',
] as const satisfies readonly Permission[];
const ANALYSING = [
  ...DEVELOPING,
  'secret:read',
  'workflow:write',
  'approval:decide',
  'finding:triage',
  'report:create',
] as const satisfies readonly Permission[];
const MANAGING = [
  ...ANALYSING,
  'finding:accept',
  'suppression:write',
  'policy:write',
  'report:share',
  'scope:write',
  'secret:write',
  'user:read',
  'role:read',
] as const satisfies readonly Permission[];

/** Roles that come with SentinelX and cannot be changed. */
export const ROLES = {
  admin: { title: 'Everything', permissions: ALL_PERMISSIONS },
  manager: { title: 'Runs projects: scope, secrets, runs, findings', permissions: MANAGING },
  analyst: { title: 'Runs tasks and works on findings', permissions: ANALYSING },
  developer: { title: 'Runs tasks on own code and reads findings', permissions: DEVELOPING },
  auditor: { title: 'Reads everything, changes nothing', permissions: READING },
} as const satisfies Record<string, RoleText>;

export type RoleName = keyof typeof ROLES;

export function isBuiltIn(role: string): role is RoleName {
  return Object.hasOwn(ROLES, role);
}

/** Of a grant: the role counts in every project and for the whole instance. */
export const EVERYWHERE = '*';
