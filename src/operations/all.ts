import { findingGet, findingList } from './findings.ts';
import type { AnyOperation } from './operation.ts';
import {
  cancelRun,
  rerun,
  runArtifacts,
  runFindings,
  runGet,
  runList,
  runLog,
  runProblems,
  startRun,
} from './runs.ts';
import { scopeAdd, scopeList, scopeRemove } from './scope.ts';
import { checkTask, listTasks, taskInfo } from './tasks.ts';

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
  cancelRun,
  rerun,
  findingList,
  findingGet,
  scopeList,
  scopeAdd,
  scopeRemove,
] as const satisfies readonly AnyOperation[];
