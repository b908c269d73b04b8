import type { ReadFiles } from '../plugin/powers/read-files.ts';
import { CHUNK_BYTES } from './read/limits.ts';
import type { ReportSource } from './read/open-report.ts';

export interface ReportFile extends ReportSource {
  path: string;
  size: number;
  /** How far the reading of now has come. */
  done(): number;
}

/** The report that was given, or those in the folder that was (an unpacked archive). */
export function* reportFiles(files: ReadFiles): Generator<ReportFile> {
  for (const { path, size } of files.walk()) {
    let position = 0;
    yield {
      path,
      name: path.split('/').at(-1) ?? path,
      size,
      done: () => position,
      async *bytes() {
        const file = files.open(path);
        try {
          position = 0;
          for (;;) {
            // A buffer of its own each time: a value that spans several holds on to them.
            const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
            const count = file.read(buffer, position);
            if (count === 0) return;
            position += count;
            yield buffer.subarray(0, count);
          }
        } finally {
          file.close();
        }
      },
    };
  }
}
