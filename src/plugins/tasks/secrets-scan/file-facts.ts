/** What the path tells about a file before it is opened. */
export interface FileFacts {
  path: string;
  /** Lower case, without an ending such as `.txt`, `.bak` or `.example` that was put behind the real name. */
  name: string;
  kind: FileKind;
  /** An example or template that is copied and filled in: `.env.example`, `config.dist.php`. */
  example: boolean;
  /** Program code whose purpose is to hold settings: `wp-config.php`, `settings.py`. */
  settings: boolean;
  /** Tests and their fixtures: made-up values are normal there. */
  test: boolean;
  /** Compose files and CI workflows: their databases live on a network of their own, mostly for one test. */
  services: boolean;
  /** Written by a package manager: names, versions and hashes of packages. */
  lock: boolean;
}

/** `config` holds plain values, `code` holds expressions, `docs` talk about both. */
export type FileKind = 'config' | 'code' | 'docs' | 'shell' | 'other';

const KINDS: Record<FileKind, string> = {
  config:
    'env ini cfg conf config cnf properties props yml yaml toml json json5 jsonc xml plist tf tfvars tfstate hcl netrc npmrc pypirc service reg rdp ovpn ppk pem key settings credentials csv sql dump ldif http rest pgpass editorconfig nix dhall cue gradle sbt',
  code: 'js mjs cjs jsx ts mts cts tsx vue svelte astro py pyi ipynb rb php java kt kts scala groovy go rs c h cc cpp hpp cs fs vb swift m mm dart lua pl pm r jl ex exs erl clj cljs hs elm sol lisp ml asm s map min wasm css scss less html htm erb ejs hbs jsp aspx cshtml twig graphql proto',
  docs: 'md markdown mdx rst adoc txt tex org wiki pod man 1 3 5 7 8 changelog po pot license',
  shell:
    'sh bash zsh fish ksh ps1 psm1 bat cmd bashrc bash_profile profile zshrc envrc history bash_history zsh_history mk dockerfile containerfile makefile',
  other: '',
};
const KIND_OF_ENDING = new Map<string, FileKind>(
  (Object.entries(KINDS) as [FileKind, string][]).flatMap(([kind, endings]) =>
    endings
      .split(' ')
      .filter((ending) => ending !== '')
      .map((ending): [string, FileKind] => [ending, kind]),
  ),
);

const SETTINGS =
  /^(?:[\w-]*-?(?:config|configuration|settings|parameters|credentials|secrets?)|database|db|local|globals?)(?:[._-](?:local|prod|production|dev|development|staging|test|inc|class|settings))*\.(?:php\d?|inc|py|rb|pl|js|cjs|mjs|ts|asp|aspx|jsp)$/;
const SUFFIX = /\.(?:txt|bak|backup|old|orig|save|swp|copy|tmp|disabled|~?\d{1,2})$|~$/;
const EXAMPLE =
  /(?:^|[._-])(?:example|sample|template|tmpl|tpl|dist|skel|default|defaults|stub|schema)(?:[._-]|$)/;
const TEST =
  /(?:^|\/)(?:tests?|__tests__|spec|specs|testing|testdata|test-data|fixtures?|__fixtures__|mocks?|__mocks__|e2e|cypress)(?:\/|$)|[._-](?:test|tests|spec|mock|fixture)\.[a-z]+$|(?:^|\/)test_[^/]+$/;
const SERVICES =
  /(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$|(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/|(?:^|\/)(?:\.circleci\/|\.woodpecker|\.gitlab-ci|\.travis|\.drone|azure-pipelines|bitbucket-pipelines)[^/]*\.ya?ml$/;
const LOCK =
  /^(?:package-lock|npm-shrinkwrap|composer|packages\.lock|pnpm-lock)\.(?:json|lock|ya?ml)$|\.lock$|^go\.sum$|^bun\.lockb?$|^gradle\.lockfile$/;

export function fileFacts(path: string): FileFacts {
  const lower = path.toLowerCase();
  const base = lower.slice(lower.lastIndexOf('/') + 1);
  const name = withoutSuffix(base);
  return {
    path,
    name,
    kind: kindOf(name),
    example: EXAMPLE.test(base),
    settings: SETTINGS.test(name),
    test: TEST.test(lower),
    services: SERVICES.test(lower),
    lock: LOCK.test(base),
  };
}

/** True when the file's own name is one of `names`, or ends like one that begins with `*`. */
export function isNamed(...names: string[]): (file: FileFacts) => boolean {
  const whole = new Set(names.filter((name) => !name.startsWith('*')));
  const endings = names.filter((name) => name.startsWith('*')).map((name) => name.slice(1));
  return (file) => whole.has(file.name) || endings.some((ending) => file.name.endsWith(ending));
}

/** `settings.py.txt` and `wp-config.php.bak` are still those files; `notes.txt` is a text. */
function withoutSuffix(base: string): string {
  const inner = base.replace(SUFFIX, '');
  return inner !== base && (inner.includes('.', 1) || inner.startsWith('.')) ? inner : base;
}

function kindOf(name: string): FileKind {
  const parts = name.split('.');
  if (parts[0] === '' && parts[1] === 'env') return 'config';
  if (parts[0] === 'dockerfile' || parts[0] === 'containerfile') return 'shell';
  const ending = parts.at(-1) as string;
  const known = KIND_OF_ENDING.get(ending);
  if (known && (parts.length > 1 || known !== 'docs')) return known;
  if (/^(?:readme|changelog|license|licence|authors|notice|copying|history)/.test(name)) return 'docs';
  if (name.startsWith('.') && parts.length === 2) return 'config';
  // `credentials` and `id_rsa` hold settings; a hash as a name says nothing.
  return parts.length === 1 && /^[a-z][a-z_-]*\d{0,2}$/.test(name) ? 'config' : 'other';
}
