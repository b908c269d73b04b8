/** What tools call ecosystems, in lower case, and the type of a package URL (github.com/package-url/purl-spec). */
const TYPES: Record<string, string> = {
  npm: 'npm',
  node: 'npm',
  'node-pkg': 'npm',
  nodejs: 'npm',
  javascript: 'npm',
  yarn: 'npm',
  pnpm: 'npm',
  bun: 'npm',
  pypi: 'pypi',
  pip: 'pypi',
  python: 'pypi',
  'python-pkg': 'pypi',
  pipenv: 'pypi',
  poetry: 'pypi',
  uv: 'pypi',
  go: 'golang',
  golang: 'golang',
  gomod: 'golang',
  gomodules: 'golang',
  gobinary: 'golang',
  'go-module': 'golang',
  maven: 'maven',
  gradle: 'maven',
  java: 'maven',
  jar: 'maven',
  pom: 'maven',
  'java-archive': 'maven',
  rubygems: 'gem',
  gem: 'gem',
  bundler: 'gem',
  gemspec: 'gem',
  'crates.io': 'cargo',
  cargo: 'cargo',
  rustbinary: 'cargo',
  'rust-crate': 'cargo',
  nuget: 'nuget',
  dotnet: 'nuget',
  'dotnet-core': 'nuget',
  packagist: 'composer',
  composer: 'composer',
  'php-composer': 'composer',
  hex: 'hex',
  pub: 'pub',
  cocoapods: 'cocoapods',
  swift: 'swift',
  swifturl: 'swift',
};

/** `pkg:npm/%40scope/name@1.0.0` of an ecosystem in any tool's word; an unknown ecosystem is the type `generic`. */
export function purlOf(ecosystem: string, name: string, version?: string | null): string {
  const word = ecosystem.toLowerCase().split(':')[0] ?? '';
  const type = Object.hasOwn(TYPES, word) ? TYPES[word] : 'generic';
  // Maven's `group:artifact` are two parts of the path.
  const parts = (type === 'maven' ? name.replace(':', '/') : name).split('/').filter((part) => part !== '');
  const path = parts.map(encoded).join('/') || 'unknown';
  const plain = type === 'pypi' ? path.toLowerCase().replaceAll('_', '-') : path;
  return `pkg:${type}/${plain}${version ? `@${encoded(version)}` : ''}`;
}

function encoded(text: string): string {
  // A lone surrogate has no encoding; `+` and `:` may stay as they are.
  return encodeURIComponent(text.toWellFormed()).replaceAll('%3A', ':').replaceAll('%2B', '+');
}
