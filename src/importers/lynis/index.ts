import type { ImportedFinding, Importer } from '../importer.ts';
import { webLinks } from '../shared/references.ts';
import { oneLine } from '../shared/text.ts';

/** `suggestion[]=AUTH-9230|text|details|solution|`. */
const ENTRY = /^(warning|suggestion)\[\]=([^|]+)\|([^|]*)\|([^|]*)\|([^|]*)/;

const lynis: Importer = {
  id: 'lynis',
  title: 'Lynis',
  summary: 'Warnings and suggestions for a Unix system: the file lynis-report.dat.',
  recognise: ({ text }) =>
    /^# Lynis Report/m.test(text) && /^(?:lynis_version|report_version_major)=/m.test(text) ? 0.95 : 0,
  async *read(report, context) {
    let host = '';
    let ended = false;
    let executed: string[] = [];
    for await (const { line, text } of report.lines()) {
      const name = /^hostname=(.+)$/.exec(text)?.[1];
      if (name && !host) {
        host = name.trim();
        yield { type: 'asset', name: host };
      }
      ended ||= text.startsWith('report_datetime_end=') || text.startsWith('finish=true');
      executed =
        /^tests_executed=(.+)$/
          .exec(text)?.[1]
          ?.split('|')
          .filter((test) => test !== '') ?? executed;
      const entry = ENTRY.exec(text);
      if (entry) yield findingOf(entry, host || 'host');
      else if (/^(?:warning|suggestion)\[\]=/.test(text))
        context.problem(`line ${line}`, 'The entry has no text and is left out.');
    }
    // An audit may be limited to groups of tests: the others say nothing.
    if (ended) yield { type: 'covered', at: { kind: 'everything' }, rules: executed };
    else if (!context.cutOff())
      context.problem('the document', 'The audit was not finished, or the report is cut off.');
  },
};
export default lynis;

function findingOf(entry: RegExpExecArray, host: string): ImportedFinding {
  const [, kind, rule = '', text = '', details = '', solution = ''] = entry;
  const known = (value: string) => (value === '-' || value === '' ? '' : value.replace(/^text:/, ''));
  const severity = kind === 'warning' ? 'medium' : 'low';
  const references = webLinks(known(solution).replace(/^url:/, ''));
  const message = [text, known(details)].filter((part) => part !== '').join(' – ');
  return {
    type: 'finding',
    rule,
    ruleText: {
      title: oneLine(text, 200) || rule,
      severity,
      why: oneLine(text, 1000) || rule,
      fix: known(solution) || 'Change the configuration of the system as the test suggests.',
      references: [...references, `https://cisofy.com/lynis/controls/${encodeURIComponent(rule)}/`],
    },
    at: { kind: 'host', name: host },
    key: [text, details],
    message: oneLine(message || rule, 1000),
    severity,
  };
}
