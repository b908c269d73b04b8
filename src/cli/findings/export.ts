import { findingsExport } from '../../operations/findings-export.ts';
import { EXPORT_FORMATS, type ExportFormat, exportFile } from '../../reports/export/export-findings.ts';
import { configOf, oneOf } from '../globals.ts';
import { saveDownload } from '../operation-commands/run.ts';
import { checkOutput } from '../run/output-file.ts';
import { type ProjectOptions, withSession } from '../session.ts';

/** Everything that fits, into a file or to the standard output (`-`). */
export async function exportFindingsCommand(
  q: string,
  options: ProjectOptions & { output?: string },
): Promise<void> {
  const named = options.output === '-' ? undefined : options.output;
  const output =
    named === undefined ? undefined : checkOutput(named, configOf(options).config.output.directory);
  const { json, format: asked } = options;
  const format = json
    ? 'json'
    : asked === undefined
      ? formatOf(named)
      : oneOf('--format', asked, EXPORT_FORMATS);
  await withSession(options, (session) =>
    saveDownload(session, findingsExport, { path: {}, query: { q, format } }, output),
  );
}

/** The longest ending first: `.vex.json` is also `.json`. */
function formatOf(name = ''): ExportFormat {
  const fits = (format: ExportFormat) => name.toLowerCase().endsWith(`.${exportFile(format).ending}`);
  return fits('vex') ? 'vex' : (EXPORT_FORMATS.find(fits) ?? 'json');
}
