import { accountEndSession, accountGet, accountPassword, accountSessions, accountUpdate } from './account.ts';
import { auditExport, auditList, auditVerify } from './audit.ts';
import { authLogin, authLogout, authSession, authSetup } from './auth.ts';
import { findingFacets, findingGet, findingList } from './findings.ts';
import { findingLookup, runLookup } from './lookup.ts';
import type { AnyOperation } from './operation.ts';
import { projectCreate, projectGet, projectList, projectUpdate } from './projects.ts';
import { roleCreate, roleList, roleRemove, roleUpdate } from './roles.ts';
import { runSarif } from './run-sarif.ts';
import {
  cancelRun,
  rerun,
  runArtifact,
  runArtifacts,
  runFindings,
  runGet,
  runList,
  runLog,
  runProblems,
  startRun,
} from './runs.ts';
import { scopeAdd, scopeList, scopeRemove } from './scope.ts';
import { secretList, secretRemove, secretRotate, secretSet } from './secrets.ts';
import { checkTask, listTasks, taskInfo } from './tasks.ts';
import {
  ownTokenCreate,
  ownTokenList,
  ownTokenRevoke,
  tokenCreate,
  tokenList,
  tokenRevoke,
} from './tokens.ts';
import {
  grantAdd,
  grantRemove,
  userCreate,
  userEndSessions,
  userGet,
  userList,
  userRemove,
  userSessions,
  userUpdate,
} from './users.ts';

/** Every operation, once. Routes, OpenAPI, permissions and the reference are made from this list. */
export const OPERATIONS = [
  listTasks,
  taskInfo,
  checkTask,
  startRun,
  runList,
  runGet,
  runFindings,
  runLog,
  runProblems,
  runArtifacts,
  runArtifact,
  runSarif,
  runLookup,
  cancelRun,
  rerun,
  findingList,
  findingFacets,
  findingGet,
  findingLookup,
  scopeList,
  scopeAdd,
  scopeRemove,
  secretList,
  secretSet,
  secretRemove,
  secretRotate,
  authSession,
  authSetup,
  authLogin,
  authLogout,
  accountGet,
  accountUpdate,
  accountPassword,
  accountSessions,
  accountEndSession,
  ownTokenList,
  ownTokenCreate,
  ownTokenRevoke,
  projectList,
  projectGet,
  projectCreate,
  projectUpdate,
  userList,
  userGet,
  userCreate,
  userUpdate,
  userRemove,
  userSessions,
  userEndSessions,
  grantAdd,
  grantRemove,
  roleList,
  roleCreate,
  roleUpdate,
  roleRemove,
  tokenList,
  tokenCreate,
  tokenRevoke,
  auditList,
  auditVerify,
  auditExport,
] as const satisfies readonly AnyOperation[];
