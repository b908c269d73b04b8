/**
 * What the operations of accounts, roles, tokens and the audit log take and answer, from their own declarations. Types
 * only: nothing of the server comes into the app.
 */
import type * as z from 'zod';
import type { accountSessions } from '../../../src/operations/account.ts';
import type { auditList, auditVerify, auditVerifyFile } from '../../../src/operations/audit.ts';
import type { authLogin, authSession } from '../../../src/operations/auth.ts';
import type { projectGet, projectList } from '../../../src/operations/projects.ts';
import type { roleCreate, roleList } from '../../../src/operations/roles.ts';
import type { accountSecondFactors, authSecondFactor } from '../../../src/operations/second-factor.ts';
import type { ownTokenCreate, ownTokenList, tokenCreate } from '../../../src/operations/tokens.ts';
import type { userCreate, userGet, userUpdate } from '../../../src/operations/users.ts';

export type { Account, Grant } from '../../../src/model/account.ts';
export type { Permission } from '../../../src/model/permission.ts';

type Answer<T> = T extends { output: infer O extends z.ZodType } ? z.output<O> : never;
type Item<T> = Answer<T> extends { items: readonly (infer I)[] } ? I : never;
type Body<T> = T extends { body: infer B extends z.ZodType } ? z.input<B> : never;

export type SignedInAt = Item<typeof accountSessions>;
export type Token = Item<typeof ownTokenList>;
export type NewToken = Answer<typeof ownTokenCreate>;
export type TokenWish = Body<typeof ownTokenCreate>;
export type ServiceTokenWish = Body<typeof tokenCreate>;

export type Member = Answer<typeof userGet>;
export type NewMember = Body<typeof userCreate>;
export type MemberChange = Body<typeof userUpdate>;

export type RoleList = Answer<typeof roleList>;
export type Role = Item<typeof roleList>;
export type NewRole = Body<typeof roleCreate>;

export type Project = Item<typeof projectList>;
export type ProjectWithMembers = Answer<typeof projectGet>;

export type AuditEntry = Item<typeof auditList>;
export type AuditVerdict = Answer<typeof auditVerify>;
export type AuditFileVerdict = Answer<typeof auditVerifyFile>;
export type AuditFilter = Partial<
  Record<'actor' | 'operation' | 'subject' | 'project' | 'outcome' | 'since' | 'until', string>
>;

export type Session = Answer<typeof authSession>;
export type Entered = Answer<typeof authSecondFactor>;
export type SecondFactorAsked = Extract<Answer<typeof authLogin>, { secondFactor: unknown }>;
export type SecondFactors = Answer<typeof accountSecondFactors>;
export type Passkey = SecondFactors['passkeys'][number];
