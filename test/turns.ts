/**
 * All tests at once take longer than the ten minutes of the usual run. These files take turns: which ones a commit runs is drawn from
 * its id, `take` of each group, in the order of the list; the long run does all of them, and alone those of a group that takes none.
 */
interface Group {
  folder: string;
  take: number;
  names: readonly string[];
}

const GROUPS: readonly Group[] = [
  {
    folder: 'test/cli',
    take: 2,
    names: [
      'sign-in',
      'many-runs',
      'config',
      'remote-run',
      'report',
      'web',
      'completion',
      'triage',
      'launcher',
      'errors',
      'workflow',
      'sbom',
      'workflow-left',
    ],
  },
  {
    folder: 'test/server',
    take: 2,
    names: [
      'sign-in-passkey',
      'sign-in-sso-browser',
      'http-check-rules',
      'sign-in-demanded-factor',
      'sign-in-postgres',
      'http-check-cli',
      'planted-secrets',
      'key-rotation',
      'files',
      'proxy',
      'run-jobs',
      'sign-in-second-factor',
    ],
  },
  // Every example of the guide.
  { folder: 'test/cli', take: 0, names: ['workflow-guide'] },
  { folder: 'test/plugins', take: 0, names: ['states'] },
  { folder: 'test/workflows', take: 1, names: ['schedules', 'event-triggers', 'templates'] },
  { folder: 'test/imports', take: 1, names: ['import-cli', 'coverage'] },
  { folder: 'test/reports', take: 1, names: ['reports', 'evidence', 'pdf-ua'] },
  // The others (workers of another network, a cut line, fairness) are in the long run.
  { folder: 'test/scale', take: 1, names: ['scale-out', 'versions'] },
  // Workers of another network, a cut line, fairness.
  {
    folder: 'test/scale',
    take: 0,
    names: ['cut', 'redis-away', 'remote-files', 'remote', 'turns', 'without-redis'],
  },
  {
    folder: 'test/e2e',
    take: 1,
    names: [
      'access',
      'workflows',
      'admin',
      'findings-imports',
      'reports',
      'overview',
      'findings',
      'main-job',
    ],
  },
  { folder: 'test/e2e', take: 1, names: ['failed-writes', 'failures', 'slow-answers'] },
  { folder: 'test/e2e', take: 1, names: ['session-expiry', 'restart', 'two-users'] },
  {
    folder: 'test/e2e',
    take: 2,
    names: [
      'auditor',
      'demanded-factor',
      'finding-code',
      'findings-grid',
      'many-runs',
      'palette-focus',
      'plain-words',
      'priority-list',
      'quiet-console',
      'report-repeat',
      'run-log',
      'run-timeline',
      'workflows-document',
    ],
  },
];

/** The files of a folder that a commit leaves to others. */
export function leftOut(folder: string, commit: string): string[] {
  return GROUPS.filter((group) => group.folder === folder).flatMap(({ take, names }) => {
    const first = (Number.parseInt(commit.slice(0, 8), 16) * take) % names.length || 0;
    const drawn = new Set(Array.from({ length: take }, (_, index) => (first + index) % names.length));
    return names.filter((_, index) => !drawn.has(index)).map((name) => `${folder}/${name}.test.ts`);
  });
}
