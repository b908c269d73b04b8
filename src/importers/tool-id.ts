/** The name of a tool as the id of what found something: 'Semgrep OSS' is `semgrep-oss`. */
export function toolId(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    // Each is one by now.
    .replace(/^-/, '')
    .slice(0, 64)
    .replace(/-$/, '');
  return plain || 'unknown-tool';
}
