const BY_ENDING: Readonly<Record<string, readonly string[]>> = {
  bash: ['sh', 'bash', 'zsh', 'ksh', 'bats'],
  c: ['c', 'h'],
  clojure: ['clj', 'cljs', 'cljc', 'edn'],
  cpp: ['cc', 'cpp', 'cxx', 'hpp', 'hh', 'hxx', 'ino'],
  csharp: ['cs', 'csx'],
  css: ['css'],
  dart: ['dart'],
  docker: ['dockerfile', 'containerfile'],
  elixir: ['ex', 'exs'],
  erlang: ['erl', 'hrl'],
  go: ['go'],
  graphql: ['graphql', 'gql'],
  groovy: ['groovy', 'gradle', 'jenkinsfile'],
  haskell: ['hs'],
  hcl: ['tf', 'tfvars', 'hcl'],
  html: ['html', 'htm', 'xhtml', 'ejs', 'hbs', 'jinja', 'j2'],
  ini: ['ini', 'cfg', 'conf', 'editorconfig', 'npmrc', 'gitconfig'],
  java: ['java'],
  javascript: ['js', 'mjs', 'cjs'],
  json: ['json', 'webmanifest', 'sarif', 'tfstate'],
  jsonc: ['jsonc', 'json5'],
  jsx: ['jsx'],
  kotlin: ['kt', 'kts'],
  lua: ['lua'],
  make: ['mk', 'makefile'],
  markdown: ['md', 'mdx', 'markdown'],
  nginx: ['nginx.conf'],
  nix: ['nix'],
  perl: ['pl', 'pm'],
  php: ['php', 'phtml'],
  powershell: ['ps1', 'psm1', 'psd1'],
  properties: ['properties', 'env'],
  proto: ['proto'],
  python: ['py', 'pyi', 'pyw'],
  r: ['r'],
  ruby: ['rb', 'rake', 'gemspec', 'gemfile', 'rakefile'],
  rust: ['rs'],
  scala: ['scala', 'sbt'],
  scss: ['scss'],
  solidity: ['sol'],
  sql: ['sql'],
  svelte: ['svelte'],
  swift: ['swift'],
  toml: ['toml', 'cargo.lock', 'poetry.lock'],
  tsx: ['tsx'],
  typescript: ['ts', 'mts', 'cts'],
  vue: ['vue'],
  xml: ['xml', 'xsd', 'xsl', 'svg', 'plist', 'csproj', 'pom'],
  yaml: ['yaml', 'yml'],
};

const GRAMMAR_OF = new Map(
  Object.entries(BY_ENDING).flatMap(([grammar, endings]) => endings.map((ending) => [ending, grammar])),
);

/** Names that say it all without an ending; `c` alone is no C. */
const WHOLE = new Set(['dockerfile', 'containerfile', 'makefile', 'jenkinsfile', 'gemfile', 'rakefile']);

/** By the name of the file: `nginx.conf`, then `.conf`, then what stands in front (`.env.local`, `Dockerfile.release`). */
export function grammarOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).slice(-200);
  const parts = name.toLowerCase().split('.');
  const [front = ''] = parts;
  const candidates = parts.length > 1 ? [parts.join('.'), parts.at(-1), parts[1]] : [];
  if (WHOLE.has(front)) candidates.push(front);
  for (const candidate of candidates) {
    const grammar = GRAMMAR_OF.get(candidate ?? '');
    if (grammar !== undefined) return grammar;
  }
  return null;
}
