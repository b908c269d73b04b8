/** A report as a scanner writes it: so many findings, spread over rules, files and severities. */
export function sarifReport(count: number, { from = 0 } = {}): string {
  const rules = [
    ['sql-injection', 'error', '9.1', 'SQL from user input'],
    ['weak-hash', 'warning', '5.0', 'Weak hash'],
    ['open-redirect', 'error', '7.5', 'Redirect to where the user wants'],
  ] as const;
  const step = (line: number, text: string) => ({
    location: {
      message: { text },
      physicalLocation: {
        artifactLocation: { uri: 'src/routes/file-0.ts' },
        region: { startLine: line },
        contextRegion: {
          startLine: line - 1,
          snippet: { text: `// step at ${line}\nconst step${line} = input;\nnext(step${line});` },
        },
      },
    },
  });
  return JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Example Scanner',
            version: '1.0.0',
            rules: rules.map(([id, , severity, title]) => ({
              id,
              name: title,
              shortDescription: { text: title },
              fullDescription: { text: `${title}: what an attacker does with it.` },
              help: { text: 'Do it in the safe way.' },
              properties: { 'security-severity': severity, tags: ['security', 'CWE-89'] },
            })),
          },
        },
        results: Array.from({ length: count }, (_, index) => {
          const at = from + index;
          const [id, level, , title] = rules[at % rules.length] ?? rules[0];
          return {
            ruleId: id,
            level,
            message: { text: `${title} in place ${at}` },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: `src/routes/file-${at}.ts` },
                  region: { startLine: 10 + at, snippet: { text: `run(input${at});` } },
                  contextRegion: {
                    startLine: 9 + at,
                    snippet: { text: `// before\nrun(input${at});\n// after` },
                  },
                },
              },
            ],
            ...(at === 0
              ? {
                  codeFlows: [
                    {
                      threadFlows: [
                        { locations: [step(3, 'comes in'), step(6, 'goes on'), step(10, 'is used')] },
                      ],
                    },
                  ],
                }
              : {}),
          };
        }),
      },
    ],
  });
}
