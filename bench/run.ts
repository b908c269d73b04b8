/** `npm run bench`: every benchmark beside this file, one after the other; the tables go to `bench/results.md` with the commit. */
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const parts = readdirSync(HERE)
  .filter((name) => name.endsWith('.ts') && !['run.ts', 'load.ts'].includes(name))
  .sort()
  .map((name) => {
    console.log(`running ${name} …`);
    const text = execFileSync(process.execPath, [join(HERE, name)], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    console.log(text);
    return `## ${name}\n\n\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;
  });
const machine = `${cpus().length} cores, Node ${process.version}`;
writeFileSync(
  join(HERE, 'results.md'),
  `# Results\n\nCommit ${commit}, ${machine}. Compare ratios; the machine is noisy.\n\n${parts.join('\n')}`,
);
