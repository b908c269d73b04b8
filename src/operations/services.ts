import type { AccessCache } from '../access/access-version.ts';
import type { Accounts } from '../access/accounts.ts';
import type { AuditAnchor } from '../access/audit-anchor.ts';
import type { Grants } from '../access/grants.ts';
import type { Keyring } from '../access/keyring.ts';
import type { Oidc } from '../access/oidc.ts';
import type { SecondFactors } from '../access/second-factors.ts';
import type { SecretStore } from '../access/secret-store.ts';
import type { Sessions } from '../access/sessions.ts';
import type { SignIn } from '../access/sign-in.ts';
import type { Tokens } from '../access/tokens.ts';
import type { Engine } from '../engine/engine.ts';
import type { Store } from '../store/store.ts';

/** What a handler may use. */
export interface Services {
  store: Store;
  engine: Engine;
  dataDir: string;
  version: string;
  /** What the audit chain needs. */
  audit: { key: Buffer; dialect: Store['dialect']; anchor: AuditAnchor };
  keys: Keyring;
  secrets: SecretStore;
  access: AccessCache;
  grants: Grants;
  accounts: Accounts;
  sessions: Sessions;
  signIn: SignIn;
  tokens: Tokens;
}
  secondFactors: SecondFactors;
  oidc: Oidc;
  /** Of the configuration: how people may sign in. */
  auth: { passwordSignIn: boolean };
