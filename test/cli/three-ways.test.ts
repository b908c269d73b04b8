import { afterAll, beforeAll, expect, test } from 'vitest';
import { Home, plantSecret, type RunningServer, startServer } from './helper.ts';

const VECTOR = 'vector=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';

const CHAIN = `name: chain
inputs:
  folder: { type: string, kind: path, default: 'sample:shop' }
  vector: { type: string, default: '${VECTOR.slice(7)}' }
steps:
  - name: scan
    task: secrets-scan
    params: { path: '\${{ inputs.folder }}' }
  - name: score
    task: cvss
    depends_on: scan
    params: { vector: '\${{ inputs.vector }}' }
finally:
  - { name: count, operation: findings.facets }
outputs:
  base: \${{ steps.score.output.vectors[0].score }}
`;

/** One script for all three: what stands in `<…>` is taken from the answer of an earlier step. */
const ALL: { args: string[]; input?: string; keep?: [name: string, pattern: RegExp] }[] = [
  { args: ['list'] },
  { args: ['info', 'cvss'] },
  { args: ['validate', 'secrets-scan', '-p', '{path: 5, histry: auto}'] },
  { args: ['runs', 'show', 'last'] },
  { args: ['scope', 'add', './project'] },
  { args: ['scope', 'list'] },
  { args: ['scope', 'remove', 'exmple.org'] },
  { args: ['run', 'secrets-scan', '-p', 'path=project'] },
  { args: ['run', 'secrets-scan', '-p', 'path=project', '--sarif'] },
  { args: ['run', 'secrets-scan', '-p', 'path=project', '--fail-on', 'high', '-f', 'yaml'] },
  { args: ['run', 'cvss', '-p', VECTOR, '--json'], keep: ['run', /"id": "(run_[0-9a-f-]+)"/] },
  { args: ['run', 'cvss', '-p', 'vector=nonsense'] },
  { args: ['runs', 'list'] },
  { args: ['runs', 'show', '<run>'] },
  { args: ['runs', 'log', '<run>'] },
  { args: ['runs', 'cancel', '<run>'] },
  { args: ['runs', 'rerun', '<run>', '-f', 'yaml'] },
  { args: ['workflow', 'template'] },
  { args: ['workflow', 'validate', 'chain.yaml'] },
  { args: ['workflow', 'validate', 'broken.yaml'] },
  { args: ['workflow', 'save', 'chain.yaml', '--note', 'first', '--json'] },
  { args: ['workflow', 'save', 'chain.yaml'] },
  { args: ['workflow', 'save', 'chain.yaml', '--base', '7'] },
  { args: ['workflow', 'show', 'chain', '-f', 'yaml'] },
  { args: ['workflow', 'list', '--json'] },
  { args: ['workflow', 'diff', 'chain'] },
  { args: ['workflow', 'revisions', 'chain', '--json'] },
  { args: ['workflow', 'run', 'chain', '--dry-run', '-f', 'yaml'] },
  { args: ['workflow', 'run', 'chain', '--var', 'vektor=x'] },
  {
    args: ['workflow', 'run', 'chain', '--var', 'folder=project', '--fail-on', 'high', '--json'],
    keep: ['chain', /"id": "(wfr_[0-9a-f-]+)"/],
  },
  { args: ['workflow', 'status', '<chain>', '--json'] },
  { args: ['workflow', 'step', '<chain>', 'score', '-f', 'yaml'] },
  { args: ['workflow', 'replay', '<chain>', '--from', 'score', '--var', 'vector=nonsense', '--json'] },
  { args: ['workflow', 'resume', '<chain>'] },
  { args: ['workflow', 'runs', '--status', 'failed', '--json'] },
  { args: ['workflow', 'cancel', '<chain>'] },
  { args: ['workflow', 'approvals', '--json'] },
  { args: ['workflow', 'approve', '0000ffff'] },
  { args: ['workflow', 'remove', 'chain'] },
  { args: ['findings', 'list', 'severity:high', '--json'], keep: ['finding', /"id": "(fnd_[0-9a-f-]+)"/] },
  { args: ['findings', 'show', '<finding>'] },
  { args: ['findings', 'facets', '--q', 'severity:high'] },
  { args: ['findings', 'export', 'severity:high', '--format', 'csv'] },
  { args: ['findings', 'export', 'severty:high'] },
  { args: ['project', 'add', 'web-shop', '--name', 'Web shop'] },
  { args: ['project', 'list'] },
  { args: ['project', 'update', 'web-shop', '--name', 'Shop', '--json'] },
  { args: ['runs', 'list', '--project', 'web-shp'] },
  { args: ['user', 'add', 'ada', '--password-stdin', '--json'], input: 'plum-orbit-lantern-42-violet\n' },
  { args: ['user', 'grant', 'ada', 'analyst', '--project', 'web-shop'] },
  { args: ['user', 'list', '-f', 'yaml'] },
  { args: ['user', 'revoke', 'ada', 'analyst'] },
  { args: ['user', 'revoke', 'ada', 'analyst'] },
  { args: ['role', 'add', 'reader', '--permissions', 'run:read,finding:read', '--permissions', 'task:read'] },
  { args: ['role', 'update', 'reader', '--permissions', 'run:raed'] },
  { args: ['role', 'remove', 'reader'] },
  { args: ['token', 'create', '--name', 'ci', '--role', 'developer', '--expires-in-days', '3', '--json'] },
  { args: ['token', 'list', '--json'] },
  { args: ['token', 'revoke', 'ci'] },
  { args: ['secret', 'set', 'registry', '--value-stdin'], input: 'planted-value-4711\n' },
  { args: ['audit', 'verify', '-f', 'json'] },
  { args: ['audit', 'list', '--operation', 'projects.create', '--limit', '1', '--json'] },
  { args: ['user', 'remove', 'ada'] },
  { args: ['user', 'frobnicate'] },
];

/** The long run tries all; the usual one a third of them, of every kind. */
const LONG = process.env.SENTINELX_TEST_LONG === '1';
const USUAL = [
  'list',
  'runs show last',
  'scope add',
  'scope list',
  'run secrets-scan -p path=project',
  'run cvss',
  'runs list',
  'runs show <run>',
  'workflow save chain.yaml --note first --json',
  'workflow run chain --var folder=project',
  'findings list',
  'findings show',
  'findings export',
  'project add',
  'user add',
  'user grant',
  'token create',
  'token revoke',
  'secret set',
  'audit verify',
  'user remove',
  'user frobnicate',
];
const SCRIPT = LONG ? ALL : ALL.filter(({ args }) => USUAL.some((text) => args.join(' ').startsWith(text)));

interface Step {
  command: string;
  code: number | null;
  out: string;
  err: string;
}

const alone = new Home();
const owner = new Home();
const far = new Home();
const client = new Home();
const servers: RunningServer[] = [];
const steps: Record<string, Step[]> = {};

beforeAll(async () => {
  for (const home of [alone, owner, far, client]) {
    plantSecret(home);
    home.write('chain.yaml', CHAIN);
    home.write('broken.yaml', CHAIN.replace('task: cvss', 'task: cvs'));
  }
  servers.push(await startServer(owner), await startServer(far));
  const made = await far.run(['token', 'create', '--name', 'tests', '--role', 'admin', '--json']);
  const token = (JSON.parse(made.out) as { value: string }).value;
  const url = servers[1]?.url ?? '';
  // The same paths, as a server on the same machine sees them.
  const remote = { cwd: far.path, env: { SENTINELX_TOKEN: token } };
  // Each of the three has the account that the third one works with.
  for (const home of [alone, owner])
    await home.run(['token', 'create', '--name', 'tests', '--role', 'admin', '--json']);
  [steps.alone, steps.through, steps.against] = await Promise.all([
    play((args, input) => alone.run(args, input)),
    play((args, input) => owner.run(args, input)),
    play((args, input) => client.run([...args, '--server', url], { ...remote, ...input })),
  ]);
}, 600_000);
afterAll(async () => {
  for (const server of servers) await server.stop();
  for (const home of [alone, owner, far, client]) home.remove();
});

test('alone and through the server of the data folder: the same bytes and exit codes', () => {
  expect(steps.through).toEqual(steps.alone);
});

test('against a server with a token: the same bytes and exit codes', () => {
  expect(steps.against).toEqual(steps.alone);
});

test('the script did what it says', () => {
  const codeOf = (command: string) => steps.alone?.find((step) => step.command === command)?.code;
  expect(codeOf('user add ada --password-stdin --json')).toBe(0);
  expect(codeOf('run secrets-scan -p path=project')).toBe(0);
  expect(codeOf('run secrets-scan -p path=project --fail-on high -f yaml')).toBe(2);
  expect(codeOf('token revoke ci')).toBe(0);
  expect(codeOf('user frobnicate')).toBe(64);
  const failed = steps.alone?.filter((step) => step.code !== 0).map((step) => step.command);
  const expected = [
    'validate secrets-scan -p {path: 5, histry: auto}',
    'runs show last',
    'scope remove exmple.org',
    'run secrets-scan -p path=project --fail-on high -f yaml',
    'run cvss -p vector=nonsense',
    'runs cancel <run>',
    'workflow validate broken.yaml',
    'workflow save chain.yaml --base 7',
    'workflow run chain --var vektor=x',
    'workflow run chain --var folder=project --fail-on high --json',
    'workflow replay <chain> --from score --var vector=nonsense --json',
    'workflow resume <chain>',
    'workflow cancel <chain>',
    'workflow approve 0000ffff',
    'findings export severty:high',
    'runs list --project web-shp',
    'user revoke ada analyst',
    'role update reader --permissions run:raed',
    'user frobnicate',
  ];
  const tried = new Set(SCRIPT.map(({ args }) => args.join(' ')));
  expect(failed).toEqual(expected.filter((command) => tried.has(command)));
});

test('nothing that was printed holds a password, a secret or a planted value', () => {
  for (const step of Object.values(steps).flat())
    expect(step.out + step.err, step.command).not.toMatch(/plum-orbit|planted-value|kT9vQ2xLm7RwZp4s/);
});

async function play(
  run: (args: string[], options: { input?: string }) => ReturnType<Home['run']>,
): Promise<Step[]> {
  const kept = new Map<string, string>();
  const played: Step[] = [];
  for (const { args, input, keep } of SCRIPT) {
    const words = args.map((word) => word.replace(/<(\w+)>/g, (_all, name: string) => kept.get(name) ?? ''));
    const { code, out, err } = await run(words, input === undefined ? {} : { input });
    if (keep) kept.set(keep[0], keep[1].exec(out)?.[1] ?? 'none');
    played.push({ command: args.join(' '), code, out: normal(out), err: normal(err) });
  }
  return played;
}

/** Without what differs from one instance to the next: ids, times, folders, keys, and who is asking. */
function normal(text: string): string {
  return (
    text
      .replace(/\b[a-z]{2,5}_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}\b/g, '<id>')
      .replace(/"?local:\w+"?|(?<=by +)\S+/g, '<who>')
      .replace(/(?<="(actor|principal|via|address)": )"[^"]*"/g, '<who>')
      .replace(/(?<=^ *(actor|principal): ).*/gm, '<who>')
      .replace(/sxt_[\w-]+/g, '<token>')
      .replace(/\/\S*sentinelx-cli-\w{6}/g, '<home>')
      .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+Z)?/g, '<time>')
      .replace(/\b1[78]\d{11}\b/g, '<ms>')
      .replace(/\b\d+(\.\d+)? s\b/g, '<duration>')
      .replace(/\b\d\d:\d\d:\d\d\b/g, '<clock>')
      .replace(/"(mac|cursor|request|usedFrom)": ("[^"]*"|null)/g, '"$1": <text>')
      .replace(/"used": (<ms>|null)/g, '"used": <ms>')
      .replace(/(tests-)<end>|tests-[0-9a-f]{8}/g, 'tests-<end>')
      // A password that the owner of the data folder sets is no temporary one.
      .replace(/("?mustChangePassword"?): \w+/g, '$1: <who>')
      .replace(/(?<=")[0-9a-f]{16,64}(?=")/g, '<hash>')
      .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8}\b/g, '<end>')
      .replace(/"(seconds|files|history)": [\d.]+/g, '"$1": <n>')
      .replace(/^( *(?:files|history): )[\d.]+$/gm, '$1<n>')
      .replace(/"(entries|anchors|anchoredUpTo|seq)": \d+/g, '"$1": <n>')
      .replace(/<time> +/g, '<time> ')
  );
}
