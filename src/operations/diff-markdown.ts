import { DIFF_SECTIONS, type DiffSection } from '../model/diff-section.ts';
import { describeLocation } from '../model/location.ts';
import { SEVERITIES } from '../model/severity.ts';
import { code, md } from '../reports/formats/markdown.ts';
import type { DiffItem } from './diff.ts';
import { type DiffDocument, SECTION_WORDS } from './diff-document.ts';

/** What a reader of a pull request wants to see; the others are counted. */
const LISTED: readonly DiffSection[] = ['new', 'changed', 'fixed', 'not-looked-at'];
/** A comment of GitHub ends at 65,536 characters. */
const MOST_LISTED = 50;

/** A summary for a pull request: a table of counts, then what is new, changed and fixed. */
export async function* markdownDiff(document: DiffDocument): AsyncGenerator<string> {
  const { counts } = document;
  yield `## Findings: ${verdict(document)}\n\n`;
  yield `From ${code(document.from)} to ${code(document.to)}.\n\n`;
  yield `| | all | ${SEVERITIES.join(' | ')} |\n|---|---:|${SEVERITIES.map(() => '---:|').join('')}\n`;
  for (const section of DIFF_SECTIONS) {
    const { total, bySeverity } = counts[section];
    if (total === 0 && section !== 'new' && section !== 'fixed') continue;
    yield `| ${SECTION_WORDS[section]} | ${total} | ${SEVERITIES.map((name) => bySeverity[name] || '').join(' | ')} |\n`;
  }
  for (const section of LISTED) yield* listed(document, section);
}

function verdict({ counts }: DiffDocument): string {
  const parts = [`${counts.new.total} new`, `${counts.fixed.total} fixed`];
  if (counts.changed.total > 0) parts.push(`${counts.changed.total} changed`);
  parts.push(`${counts.still.total} still open`);
  return parts.join(', ');
}

async function* listed({ counts, every }: DiffDocument, section: DiffSection): AsyncGenerator<string> {
  const { total } = counts[section];
  if (total === 0) return;
  const words = SECTION_WORDS[section];
  yield `\n<details${section === 'new' ? ' open' : ''}><summary>${total} ${words}</summary>\n\n`;
  if (section === 'not-looked-at')
    yield 'The newer side did not look at these places: they may be there still.\n\n';
  let count = 0;
  for await (const item of every(section)) {
    if (count === MOST_LISTED) {
      yield `\nand ${total - MOST_LISTED} more: \`sentinelx findings diff … --section ${section} --all\`\n`;
      break;
    }
    count += 1;
    yield line(item);
  }
  yield '\n</details>\n';
}

function line({ finding, severity, was }: DiffItem): string {
  const change = was
    ? ` (${Object.entries(was)
        .map(([name, value]) => `${name} was ${code(String(value))}`)
        .join(', ')})`
    : '';
  return `- **${severity}** ${md(finding.message)}, ${code(describeLocation(finding.location))}, ${code(finding.rule)}${change}\n`;
}
