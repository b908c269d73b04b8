import { defineTask } from '../../../plugin/task.ts';
import { TASK_ID } from './ignore-list.ts';
import { Output, Params } from './params.ts';
import { ALL_RULES } from './rules/all-rules.ts';
import { scanForSecrets } from './scan.ts';

const DESCRIPTION = `Finds passwords, keys and tokens that stand in plain text: in files, in archives and in the git history.

**How it decides.** One pass over the bytes finds the keywords of all rules at once; only around them a rule's pattern is tried.
A format with a checksum or a structure (GitHub and npm tokens, AWS key ids, JSON Web Tokens, private keys, storage keys …) is
verified, which gives the confidence \`high\`. Values without a format are reported by the name that they are assigned to, and
entropy only supports that. Placeholders such as \`changeme\`, \`<token>\` and \`\${VAR}\`, and keys that vendors show in their
documentation, are left alone. Nothing is ever sent to a provider to try it.

**What is read.** Everything below the target, whether or not \`.gitignore\` names it: a secret in an ignored \`.env\` is a secret on
disk. Left out unless \`vendored\` is set: folders that a package manager fills (\`node_modules\`, \`site-packages\`, \`vendor/bundle\` …),
because their content is published already; the run says so and does not claim to have covered them. Of \`.git\` the configuration and
hooks are read as files, and the history by its own reader, which never starts git. Symbolic links and special files are skipped. Text in
UTF-8, UTF-16 and broken encodings is searched; in binary files only formats that cannot appear by chance. Archives are unpacked in
memory within limits for size, ratio, depth and count.

**What is shown.** A secret is never shown whole: its first characters and its length. Its value serves as identity only, hashed with
the key of this instance. \`credential-context\` names, as \`info\`, the user or host beside a secret.

**How to accept a finding.** A comment \`sentinelx:allow rule-id\` on the line or on the line before (also \`gitleaks:allow\`,
\`pragma: allowlist secret\` and the like), an entry in \`allow\`, or an entry below \`ignore\` in a \`sentinelx.yaml\` at the root of the
target. What is suppressed is counted in the output and named in the log.`;

export default defineTask({
  id: TASK_ID,
  title: 'Secrets scan',
  summary: 'Finds passwords, keys and tokens in files, archives and git history.',
  description: DESCRIPTION,
  category: 'secrets',
  version: 1,
  touches: 'reads-target',
  needs: ['read'],
  params: Params,
  output: Output,
  rules: Object.fromEntries(ALL_RULES.map((rule) => [rule.id, rule.text])),
  examples: [
    { title: 'A project with its history', params: { path: '.' } },
    {
      title: 'Only the files as they are now, without tests',
      params: { path: '.', history: 'off', exclude: ['test/'] },
    },
    { title: 'Only what is certain', params: { path: '.', generic: false, minConfidence: 'high' } },
  ],
  limits: { memoryMb: 1_536, timeSeconds: 3_600 },
  run: scanForSecrets,
});
