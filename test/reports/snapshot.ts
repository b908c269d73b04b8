import { join } from 'node:path';
import { collectReport } from '../../src/reports/collect/collect-report.ts';
import { FRAMEWORKS, NO_LOOK, type ReportFormat } from '../../src/reports/model.ts';
import { renderInThread } from '../../src/reports/render/in-thread.ts';
import { openStore } from '../../src/store/open.ts';
import { fillFindings, PROJECT } from './sample.ts';

export type BuiltIn = 'executive' | 'technical' | 'compliance' | 'delta';

/** A snapshot of so many findings with hostile texts in `folder`; returns its hash. */
export async function writeSnapshot(folder: string, findings: number): Promise<string> {
  const store = await openStore({ dataDir: join(folder, 'data') });
  await fillFindings(store, findings, { hostile: true });
  const written = await collectReport(store, {
    report: 'rpt_test',
    title: 'Report of <everything>',
    classification: 'Confidential',
    template: 'technical',
    project: PROJECT,
    about: { kind: 'query', q: '' },
    against: null,
    actor: 'Ada',
    me: 'local:test',
    version: '0.0.0',
    asOf: Date.now(),
    path: join(folder, 'snapshot.json'),
  });
  await store.close();
  return written.sha256;
}

/** A file of that snapshot, as `TEMPLATE.FORMAT` in the same folder. */
export function renderSnapshot({
  folder,
  hash,
  format,
  template,
}: {
  folder: string;
  hash: string;
  format: ReportFormat;
  template: BuiltIn;
}) {
  return renderInThread({
    kind: 'render',
    snapshot: join(folder, 'snapshot.json'),
    hash,
    out: join(folder, `${template}.${format}`),
    format,
    options: {
      formats: [format],
      template: {
        name: template,
        base: template,
        source: '',
        look: { ...NO_LOOK, organisation: 'Example Ltd' },
      },
      frameworks: [...FRAMEWORKS],
      classification: 'Confidential',
      against: null,
    },
    redacted: false,
  });
}
