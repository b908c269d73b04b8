import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with the jars of veraPDF: `mvn -f test/reports/pdf-ua/pom.xml dependency:copy-dependencies -DoutputDirectory=FOLDER`. */
export const veraPdf = [process.env.SENTINELX_TEST_VERAPDF ?? '', '/tmp/verapdf'].find(
  (folder) => folder !== '' && existsSync(folder),
);

/** What fails PDF/UA-1 in each file, and how many checks were made. */
export function validatePdfUa(files: readonly string[]): { file: string; checks: number; faults: string }[] {
  const program = fileURLToPath(new URL('PdfUa.java', import.meta.url));
  const text = execFileSync('java', ['-cp', join(veraPdf as string, '*'), program, ...files], {
    encoding: 'utf8',
    // It tells its progress there.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const lines = text.split(/[\r\n]+/).filter((line) => line.includes('\t'));
  return lines.map((line) => {
    const [file = '', checks, faults = ''] = line.split('\t');
    return { file, checks: Number(checks), faults };
  });
}
