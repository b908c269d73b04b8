/** Every task, by id. A new task is a new folder and a new line here; `test/architecture.test.ts` compares the two. */
export const TASKS = {
  cvss: () => import('./tasks/cvss/index.ts'),
  'http-check': () => import('./tasks/http-check/index.ts'),
  import: () => import('./tasks/import/index.ts'),
  'secrets-scan': () => import('./tasks/secrets-scan/index.ts'),
} as const;
