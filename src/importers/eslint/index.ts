import * as z from 'zod';
import type { ImportedFinding, Importer, Report } from '../importer.ts';
import { absolutePath, isAbsolute } from '../paths.ts';
import { secretLiterals } from '../shared/literals.ts';
import { fileAt, regionOf, sourcePath } from '../shared/place.ts';
import { hasSigns } from '../shared/recognise.ts';
import { titleOfId } from '../shared/rule-title.ts';
import { codeKey, oneLine } from '../shared/text.ts';

const Message = z.object({
  ruleId: z.string().nullish(),
  severity: z.number().nullish(),
  message: z.string(),
  line: z.number().nullish(),
  column: z.number().nullish(),
  endLine: z.number().nullish(),
  endColumn: z.number().nullish(),
  fatal: z.boolean().nullish(),
});
type Message = z.infer<typeof Message>;
const FileResult = z.object({
  filePath: z.string().min(1),
  messages: z.array(z.unknown()),
  suppressedMessages: z.array(z.unknown()).nullish(),
  source: z.string().nullish(),
});

/** The folders of a large repository; with more, nothing is certain. */
const MAX_FOLDERS = 50_000;
const CONFIGURATION = /\/(?:eslint\.config\.[cm]?[jt]s|\.eslintrc\.[cm]?js)$/;

const eslint: Importer = {
  id: 'eslint',
  title: 'ESLint',
  summary: 'Problems of `eslint --format json`, with any plug-in.',
  recognise: (head) => hasSigns(head, ['json'], ['filePath', 'messages', 'errorCount', 'warningCount'], 0.95),
  holds: { json: [{ at: '', is: 'list' }] },
  async *read(report, context) {
    const root = await folderOfConfiguration(report);
    if (root !== undefined) context.roots.said(root, 'where its eslint.config stands');
    for await (const element of report.json('*')) {
      const file = context.take(FileResult, element);
      if (!file) continue;
      const lines = file.source?.split(/\r?\n/) ?? [];
      let unread = false;
      for (const [index, value] of file.messages.entries()) {
        const path = [...element.path, 'messages', index];
        const message = context.take(Message, { ...element, path, value });
        if (!message) continue;
        if (message.ruleId) yield findingOf(file.filePath, message, lines[(message.line ?? 0) - 1]);
        else {
          unread ||= message.fatal === true;
          yield {
            type: 'skipped',
            at: path.join('.'),
            reason: message.fatal
              ? 'The tool could not parse this file.'
              : 'A note of the tool that belongs to no rule.',
          };
        }
      }
      for (const [index] of (file.suppressedMessages ?? []).entries()) {
        const at = [...element.path, 'suppressedMessages', index].join('.');
        yield { type: 'skipped', at, reason: 'Suppressed in the code (eslint-disable).' };
      }
      if (!unread) yield { type: 'covered', at: { kind: 'file', path: sourcePath(file.filePath) } };
    }
  },
};
export default eslint;

/**
 * ESLint writes absolute paths and not the folder that it worked in. It looks at its own configuration as well: where that stands is the
 * root, if there is one above all others and everything is below it. Undefined when that is not certain.
 */
async function folderOfConfiguration(report: Report): Promise<string | undefined> {
  let root: string | undefined;
  const folders = new Set<string>();
  for await (const { value } of report.json('*.filePath')) {
    if (typeof value !== 'string' || !isAbsolute(value)) return undefined;
    const path = absolutePath(value);
    const folder = path.slice(0, path.lastIndexOf('/'));
    if (folders.size < MAX_FOLDERS) folders.add(folder);
    else if (!folders.has(folder)) return undefined;
    if (!CONFIGURATION.test(path)) continue;
    if (root === undefined || folder.length < root.length) root = folder;
  }
  return root && [...folders].every((folder) => `${folder}/`.startsWith(`${root}/`)) ? root : undefined;
}

function findingOf(path: string, message: Message, line: string | undefined): ImportedFinding {
  const rule = message.ruleId ?? 'unknown';
  // 2 is 'error', 1 is 'warn': what the team chose, not how bad it is. Rules of security plug-ins weigh more.
  const security =
    /security|no-unsanitized|xss|secret|no-eval|no-implied-eval|no-new-func|no-script-url/i.test(rule);
  const severity = message.severity === 2 ? (security ? 'high' : 'low') : security ? 'medium' : 'info';
  const plugin = rule.includes('/') ? rule.slice(0, rule.lastIndexOf('/')) : 'ESLint';
  return {
    type: 'finding',
    rule,
    ruleText: {
      title: titleOfId(rule),
      severity,
      why: message.message,
      fix: `See the description of the rule \`${rule}\` in the documentation of ${plugin}.`,
      ...(rule.includes('/')
        ? {}
        : { references: [`https://eslint.org/docs/latest/rules/${encodeURIComponent(rule)}`] }),
    },
    at: fileAt(path, regionOf(message.line, message.column, message.endLine, message.endColumn)),
    key: [message.message, line === undefined ? '' : codeKey(line.slice(0, 2000))],
    message: oneLine(message.message, 1000),
    severity,
    ...(line === undefined ? {} : { evidence: line.slice(0, 2000), secrets: secretLiterals(rule, line) }),
  };
}
