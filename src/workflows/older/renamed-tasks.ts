interface RenamedTask {
  /** What it is called now. */
  id: string;
  /** Names of the older product for it, beside those that differ only by `_` and capitals. */
  older: readonly string[];
  /** Parameter of the older product → of today. */
  params: Readonly<Record<string, string>>;
  /** Field of its result in the older product → path in the output of today. */
  results: Readonly<Record<string, string>>;
}

/** Tasks of the older product that have one of the same purpose now. Whoever adds such a task adds its line. */
const RENAMED: readonly RenamedTask[] = [
  {
    id: 'cvss',
    older: ['cvss-calculator', 'cvss-calc', 'cvss-score', 'cvss-scoring', 'cvss-scorer', 'cvsscalculator'],
    params: { cvss_vector: 'vector', vectors: 'vector', vector_string: 'vector' },
    // It scored one vector; now it scores any number of them.
    results: {
      vector: 'vectors[0].vector',
      score: 'vectors[0].score',
      overall_score: 'vectors[0].score',
      severity: 'vectors[0].rating',
      rating: 'vectors[0].rating',
    },
  },
  {
    id: 'secrets-scan',
    older: [
      ...[
        'secrets',
        'secret-scan',
        'secret-scanner',
        'secrets-scanner',
        'secret-detection',
        'secrets-detection',
      ],
      ...['credential-scan', 'hardcoded-secrets'],
    ],
    params: {
      target: 'path',
      target_path: 'path',
      directory: 'path',
      source_path: 'path',
      repo_path: 'path',
    },
    results: { files_scanned: 'files' },
  },
  {
    id: 'http-check',
    older: [
      ...[
        'http-headers',
        'header-check',
        'headers-check',
        'security-headers',
        'web-headers',
        'web-header-check',
      ],
      ...['web-headers-check', 'http-header-check', 'header-scan', 'tls-check', 'ssl-check'],
    ],
    params: { target: 'url', target_url: 'url' },
    results: { status_code: 'pages[0].status', target: 'url' },
  },
];

/** The task of today that does what this one did, or undefined. */
export function renamed(id: string): string | undefined {
  const name = plain(id);
  return RENAMED.find((task) => task.older.includes(name))?.id;
}

/** What a parameter of the older product is called in a task of today; the name itself when nothing is known. */
export function renamedParam(task: string, param: string): string {
  const params = RENAMED.find((one) => one.id === task)?.params;
  return params && Object.hasOwn(params, param) ? (params[param] ?? param) : param;
}

/** Fields of the result that are reached in another way now. */
export function renamedResults(task: string): Readonly<Record<string, string>> {
  return RENAMED.find((one) => one.id === task)?.results ?? {};
}

/** `CVSS_Calculator` and `cvss-calculator` are one name. */
export function plain(id: string): string {
  return id
    .trim()
    .toLowerCase()
    .replace(/[_\s]+/g, '-');
}
