import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import type {
  Account,
  AuditEntry,
  AuditFileVerdict,
  AuditFilter,
  AuditVerdict,
  Entered,
  Grant,
  Member,
  MemberChange,
  NewMember,
  NewRole,
  NewToken,
  Passkey,
  Project,
  ProjectWithMembers,
  Role,
  RoleList,
  SecondFactorAsked,
  SecondFactors,
  ServiceTokenWish,
  SignedInAt,
  Token,
  TokenWish,
} from './access-types.ts';
import { request } from './client.ts';
import { addressInProject } from './project.ts';
import type { Page } from './types.ts';
import { upload } from './upload.ts';

const id = encodeURIComponent;

const get = <T>(path: string, signal?: AbortSignal, query?: Record<string, string | undefined>) =>
  request<T>(`/api/v1${path}`, { ...(signal ? { signal } : {}), ...(query ? { query } : {}) });
const post = <T>(path: string, body: unknown = {}) =>
  request<T>(path.startsWith('/auth/') ? path : `/api/v1${path}`, { method: 'POST', body });
/** `seen`: the tag of what the person looked at when the edit began. */
const patch = <T>(path: string, body: unknown, seen?: string) =>
  request<T>(`/api/v1${path}`, { method: 'PATCH', body, ifMatch: seen });
const remove = <T = void>(path: string) => request<T>(`/api/v1${path}`, { method: 'DELETE' });

/** Signing in, step by step. */
export const signInApi = {
  password: (body: { login: string; password: string }) =>
    post<Entered | SecondFactorAsked>('/auth/login', body),
  code: (body: { ticket: string; code: string }) => post<Entered>('/auth/second-factor', body),
  passkeyOptions: (body: { ticket?: string }) =>
    post<{ ticket: string; options: PublicKeyCredentialRequestOptionsJSON }>('/auth/passkey/options', body),
  passkey: (body: { ticket: string; response: unknown }) => post<Entered>('/auth/passkey', body),
  providerAddress: (provider: string, returnTo: string) =>
    `/auth/oidc/${id(provider)}/start?returnTo=${id(returnTo)}`,
  proofAddress: (provider: string, returnTo: string) =>
    `/auth/oidc/${id(provider)}/start?prove=1&returnTo=${id(returnTo)}`,
  linkAddress: (provider: string, returnTo: string) =>
    `/auth/oidc/${id(provider)}/start?link=1&returnTo=${id(returnTo)}`,
};

/** A fresh proof of who sits at the browser. */
export const proofApi = {
  give: (body: { password: string } | { code: string } | { ticket: string; response: unknown }) =>
    post<unknown>('/account/proof', body),
  passkeyOptions: () =>
    post<{ ticket: string; options: PublicKeyCredentialRequestOptionsJSON }>('/account/proof/passkey'),
};

/** The own account. */
export const accountApi = {
  get: (signal?: AbortSignal) => get<Account>('/account', signal),
  rename: (name: string, seen?: string) => patch<Account>('/account', { name }, seen),
  changePassword: (body: { current: string; password: string }) =>
    post<{ endedSessions: number }>('/account/password', body),
  sessions: (signal?: AbortSignal) => get<Page<SignedInAt>>('/account/sessions', signal),
  endSession: (session: string) => remove(`/account/sessions/${id(session)}`),
  secondFactors: (signal?: AbortSignal) => get<SecondFactors>('/account/second-factors', signal),
  startTotp: () => post<{ secret: string; uri: string }>('/account/totp'),
  confirmTotp: (code: string) => post<{ recoveryCodes: string[] }>('/account/totp/confirm', { code }),
  removeTotp: () => remove('/account/totp'),
  newRecoveryCodes: () => post<{ recoveryCodes: string[] }>('/account/recovery-codes'),
  passkeyOptions: () =>
    post<{ ticket: string; options: PublicKeyCredentialCreationOptionsJSON }>('/account/passkeys/options'),
  addPasskey: (body: { ticket: string; name: string; response: unknown }) =>
    post<Passkey>('/account/passkeys', body),
  renamePasskey: (passkey: string, name: string) =>
    patch<Passkey>(`/account/passkeys/${id(passkey)}`, { name }),
  removePasskey: (passkey: string) => remove(`/account/passkeys/${id(passkey)}`),
  tokens: (signal?: AbortSignal) => get<Page<Token>>('/account/tokens', signal),
  addToken: (body: TokenWish) => post<NewToken>('/account/tokens', body),
  revokeToken: (token: string) => remove(`/account/tokens/${id(token)}`),
};

/** Accounts of others, roles, tokens of service accounts, projects, the audit log. */
export const adminApi = {
  users: (query: { cursor?: string; kind?: string }, signal?: AbortSignal) =>
    get<Page<Member>>('/users', signal, query),
  user: (user: string, signal?: AbortSignal) => get<Member>(`/users/${id(user)}`, signal),
  addUser: (body: NewMember) => post<Member>('/users', body),
  changeUser: (user: string, body: MemberChange, seen?: string) =>
    patch<Member>(`/users/${id(user)}`, body, seen),
  removeUser: (user: string) => remove(`/users/${id(user)}`),
  userSessions: (user: string, signal?: AbortSignal) =>
    get<Page<SignedInAt>>(`/users/${id(user)}/sessions`, signal),
  endUserSessions: (user: string) => remove<{ ended: number }>(`/users/${id(user)}/sessions`),
  resetSecondFactors: (user: string) => remove(`/users/${id(user)}/second-factors`),
  addGrant: (user: string, body: { role: string; project?: string }) =>
    post<Grant>(`/users/${id(user)}/grants`, body),
  removeGrant: (user: string, grant: string) => remove(`/users/${id(user)}/grants/${id(grant)}`),

  roles: (signal?: AbortSignal) => get<RoleList>('/roles', signal),
  addRole: (body: NewRole) => post<Role>('/roles', body),
  role: (name: string) => get<Role>(`/roles/${id(name)}`),
  changeRole: (name: string, body: Partial<Pick<NewRole, 'title' | 'permissions'>>, seen?: string) =>
    patch<Role>(`/roles/${id(name)}`, body, seen),
  removeRole: (name: string) => remove(`/roles/${id(name)}`),

  tokens: (owner: string | undefined, signal?: AbortSignal) => get<Page<Token>>('/tokens', signal, { owner }),
  addToken: (body: ServiceTokenWish) => post<NewToken>('/tokens', body),
  revokeToken: (token: string) => remove(`/tokens/${id(token)}`),

  projects: (signal?: AbortSignal) => get<Page<Project>>('/projects', signal, { archived: 'true' }),
  project: (project: string, signal?: AbortSignal) =>
    get<ProjectWithMembers>(`/projects/${id(project)}`, signal),
  addProject: (body: { slug: string; name?: string }) => post<Project>('/projects', body),
  changeProject: (project: string, body: { name?: string; archived?: boolean }, seen?: string) =>
    patch<Project>(`/projects/${id(project)}`, body, seen),

  audit: (query: AuditFilter & { cursor?: string }, signal?: AbortSignal) =>
    get<Page<AuditEntry>>('/audit', signal, query),
  verifyAudit: () => get<AuditVerdict>('/audit/verify'),
  verifyAuditFile: (file: File) => upload<AuditFileVerdict>('/api/v1/audit/verify-file', file),
  auditExportAddress: ({ project, ...filter }: AuditFilter) => {
    const query = new URLSearchParams({ ...filter, ...(project ? { inProject: project } : {}) });
    return addressInProject(query.size > 0 ? `/api/v1/audit/export?${query}` : '/api/v1/audit/export');
  },
};
