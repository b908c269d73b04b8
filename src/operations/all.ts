import {
  acceptanceApprove,
  acceptanceList,
  acceptanceReject,
  acceptanceSettingsGet,
  acceptanceSettingsPut,
} from './acceptances.ts';
import { accountEndSession, accountGet, accountPassword, accountSessions, accountUpdate } from './account.ts';
import { accountSettingsGet, accountSettingsUpdate } from './account-settings.ts';
import { approvalDecide, approvalGet, approvalList } from './approvals.ts';
import { assetGet, assetList, assetSet } from './assets.ts';
import { auditExport, auditList, auditVerify, auditVerifyFile } from './audit.ts';
import { authLogin, authLogout, authSession, authSetup } from './auth.ts';
import { changeGet, changeItems, changeList, changeUndo } from './change-sets.ts';
import { closingApprove, closingList, closingReject } from './closings.ts';
import { policyComments } from './comment-rules.ts';
import { configFileGet, configFilePreview, configFilePut, configGet } from './config.ts';
import { findingDiff, findingDiffFile } from './diff.ts';
import { evidenceGet } from './evidence.ts';
import { fileContent, fileGet, fileList, fileRemove, fileUpload } from './files.ts';
import { findingCode } from './finding-code.ts';
import { findingGroups } from './finding-groups.ts';
import { findingComment, findingHistory } from './finding-history.ts';
import {
  findingExplain,
  findingMerge,
  findingUnmerge,
  matchingGet,
  matchingPreview,
  matchingSet,
} from './finding-identity.ts';
import { findingFacets, findingGet, findingList } from './findings.ts';
import { findingsExport } from './findings-export.ts';
import { grantAdd, grantRemove } from './grants.ts';
import { mappingList, mappingRemove, mappingSave } from './import-mappings.ts';
import { importFormats, importGet, importList, importStart, importUpload } from './imports.ts';
import { importUndo } from './imports-undo.ts';
import { findingLookup, runLookup } from './lookup.ts';
import type { AnyOperation } from './operation.ts';
import { overviewAttention, overviewFindings, overviewRuns } from './overview.ts';
import { overviewAges } from './overview-ages.ts';
import {
  authPasskey,
  authPasskeyOptions,
  passkeyAdd,
  passkeyOptions,
  passkeyRemove,
  passkeyRename,
  proofPasskeyOptions,
} from './passkeys.ts';
import { findingPeople } from './people.ts';
import { pluginAllow, pluginGet, pluginList, pluginRefuse } from './plugins.ts';
import {
  policyApply,
  policyDownload,
  policyGet,
  policyRevisions,
  policySave,
  policyValidate,
} from './policy.ts';
import { policyExplain, policyGate, policyReplay } from './policy-decisions.ts';
import { findingPriority } from './priority.ts';
import { priorityListGet, priorityListPut, priorityListReset } from './priority-list.ts';
import { projectCreate, projectGet, projectList, projectUpdate } from './projects.ts';
import { reportDiff } from './report-diff.ts';
import { reportGenerate } from './report-generate.ts';
import { reportAccesses, reportRevoke, reportShare, reportShares } from './report-shares.ts';
import {
  reportTemplateCreate,
  reportTemplateGet,
  reportTemplateList,
  reportTemplateLogo,
  reportTemplateRemove,
  reportTemplateUpdate,
} from './report-templates.ts';
import { reportDownload, reportGet, reportList, reportRemove, reportVerify } from './reports.ts';
import { roleCreate, roleGet, roleList, roleRemove, roleUpdate } from './roles.ts';
import { runFailures } from './run-failures.ts';
import { cancelMany, rerunMany, runJob, runJobItems, runJobs, stopRunJob } from './run-jobs.ts';
import { runLogFile, runLogFind } from './run-log-search.ts';
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
import {
  scheduleCreate,
  scheduleGet,
  scheduleList,
  scheduleNext,
  schedulePause,
  scheduleRemove,
  scheduleResume,
  scheduleUpdate,
} from './schedules.ts';
import { scopeAdd, scopeList, scopeRemove } from './scope.ts';
import {
  accountProof,
  accountSecondFactors,
  authSecondFactor,
  recoveryCodesRenew,
  totpBegin,
  totpConfirm,
  totpRemove,
  userResetSecondFactors,
} from './second-factor.ts';
import { secretList, secretRemove, secretRotate, secretRotation, secretSet } from './secrets.ts';
import { signalsImport, signalsStatus } from './signals.ts';
import { suppressionEdit } from './suppression-edit.ts';
import { suppressionPreview } from './suppression-preview.ts';
import { suppressionCreate, suppressionEnd, suppressionGet, suppressionList } from './suppressions.ts';
import { systemChecks, systemGet } from './system.ts';
import { taskDurations } from './task-durations.ts';
import { checkTask, listTasks, taskInfo } from './tasks.ts';
import {
  ownTokenCreate,
  ownTokenList,
  ownTokenRevoke,
  tokenCreate,
  tokenList,
  tokenRevoke,
} from './tokens.ts';
import { findingsTriage } from './triage.ts';
import { triggerEdit } from './trigger-edit.ts';
import {
  triggerCreate,
  triggerGet,
  triggerList,
  triggerPause,
  triggerRemove,
  triggerResume,
} from './triggers.ts';
import {
  userCreate,
  userEndSessions,
  userGet,
  userList,
  userRemove,
  userSessions,
  userUpdate,
} from './users.ts';
import { viewCreate, viewList, viewRemove, viewUpdate } from './views.ts';
import { vulnerabilityAnswer } from './vulnerability-answer.ts';
import { workerInput, workerList, workerQueues } from './workers.ts';
import { templateGet, templateList, workflowConvert, workflowValidate } from './workflow-check.ts';
import { workflowDiff, workflowRevisions, workflowSource } from './workflow-revisions.ts';
import { workflowRunCancel, workflowRunReplay, workflowRunResume } from './workflow-run-changes.ts';
import {
  workflowRunDefinition,
  workflowRunFindings,
  workflowRunGet,
  workflowRunItems,
  workflowRunList,
  workflowRunLookup,
  workflowRunStep,
} from './workflow-runs.ts';
import { workflowDryRun, workflowRun } from './workflow-start.ts';
import {
  workflowCreate,
  workflowGet,
  workflowList,
  workflowRemove,
  workflowRestore,
  workflowSave,
} from './workflows.ts';

/** Every operation, once. Routes, OpenAPI, permissions and the reference are made from this list. */
export const OPERATIONS = [
  listTasks,
  taskDurations,
  taskInfo,
  checkTask,
  startRun,
  runList,
  runGet,
  runFindings,
  runLog,
  runLogFind,
  runLogFile,
  runProblems,
  runArtifacts,
  cancelMany,
  rerunMany,
  runJobs,
  runJob,
  runJobItems,
  stopRunJob,
  runFailures,
  runArtifact,
  runSarif,
  runLookup,
  cancelRun,
  rerun,
  importStart,
  importUpload,
  importList,
  importFormats,
  importGet,
  importUndo,
  mappingList,
  mappingSave,
  mappingRemove,
  scheduleList,
  scheduleGet,
  scheduleNext,
  scheduleCreate,
  scheduleUpdate,
  scheduleRemove,
  schedulePause,
  scheduleResume,
  triggerList,
  triggerGet,
  triggerEdit,
  triggerCreate,
  triggerRemove,
  triggerPause,
  triggerResume,
  findingList,
  findingFacets,
  findingsExport,
  findingPeople,
  findingGroups,
  vulnerabilityAnswer,
  findingGet,
  findingCode,
  findingLookup,
  findingHistory,
  findingComment,
  findingsTriage,
  changeList,
  changeGet,
  changeItems,
  changeUndo,
  closingList,
  closingApprove,
  closingReject,
  findingExplain,
  findingMerge,
  findingUnmerge,
  matchingGet,
  matchingSet,
  matchingPreview,
  acceptanceList,
  acceptanceApprove,
  acceptanceReject,
  priorityListGet,
  priorityListPut,
  priorityListReset,
  acceptanceSettingsGet,
  acceptanceSettingsPut,
  suppressionPreview,
  suppressionCreate,
  suppressionList,
  suppressionGet,
  suppressionEdit,
  suppressionEnd,
  viewList,
  viewCreate,
  viewUpdate,
  viewRemove,
  reportList,
  reportGenerate,
  reportVerify,
  evidenceGet,
  reportGet,
  reportDownload,
  reportRemove,
  reportDiff,
  reportShare,
  reportShares,
  reportRevoke,
  reportAccesses,
  reportTemplateList,
  reportTemplateGet,
  reportTemplateCreate,
  reportTemplateUpdate,
  reportTemplateLogo,
  reportTemplateRemove,
  findingDiff,
  findingDiffFile,
  findingPriority,
  policyGet,
  policyDownload,
  policyRevisions,
  policyComments,
  policyValidate,
  policySave,
  policyApply,
  policyGate,
  policyExplain,
  policyReplay,
  signalsImport,
  signalsStatus,
  assetList,
  assetGet,
  assetSet,
  scopeList,
  scopeAdd,
  scopeRemove,
  fileUpload,
  fileList,
  fileGet,
  fileContent,
  fileRemove,
  secretList,
  secretSet,
  secretRemove,
  secretRotate,
  secretRotation,
  configGet,
  configFileGet,
  configFilePreview,
  configFilePut,
  authSession,
  authSetup,
  authLogin,
  authLogout,
  authSecondFactor,
  authPasskeyOptions,
  authPasskey,
  accountGet,
  accountUpdate,
  accountSettingsGet,
  accountSettingsUpdate,
  accountPassword,
  accountSessions,
  accountEndSession,
  accountSecondFactors,
  accountProof,
  proofPasskeyOptions,
  totpBegin,
  totpConfirm,
  totpRemove,
  recoveryCodesRenew,
  passkeyOptions,
  passkeyAdd,
  passkeyRename,
  passkeyRemove,
  userResetSecondFactors,
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
  roleGet,
  roleCreate,
  roleUpdate,
  roleRemove,
  tokenList,
  tokenCreate,
  tokenRevoke,
  pluginList,
  pluginGet,
  pluginAllow,
  pluginRefuse,
  workflowList,
  workflowGet,
  workflowCreate,
  workflowSave,
  workflowRestore,
  workflowRemove,
  workflowRevisions,
  workflowSource,
  workflowDiff,
  workflowValidate,
  workflowConvert,
  templateList,
  templateGet,
  workflowRun,
  workflowDryRun,
  workflowRunList,
  workflowRunLookup,
  workflowRunGet,
  workflowRunDefinition,
  workflowRunStep,
  workflowRunItems,
  workflowRunFindings,
  workflowRunCancel,
  workflowRunResume,
  workflowRunReplay,
  approvalList,
  approvalGet,
  approvalDecide,
  workerList,
  workerQueues,
  workerInput,
  overviewAges,
  overviewAttention,
  overviewFindings,
  overviewRuns,
  systemGet,
  systemChecks,
  auditList,
  auditVerify,
  auditVerifyFile,
  auditExport,
] as const satisfies readonly AnyOperation[];
