import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { validatePdfUa, veraPdf } from './pdf-ua/validate.ts';
import { renderSnapshot, writeSnapshot } from './snapshot.ts';

test.runIf(veraPdf)(
  'PDFs have no fault against PDF/UA-1 (needs Java and veraPDF)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sentinelx-pdf-ua-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const hash = await writeSnapshot(folder, 40);
    const templates = ['executive', 'compliance', 'technical'] as const;
    for (const template of templates) await renderSnapshot({ folder, hash, format: 'pdf', template });
    const found = validatePdfUa(templates.map((template) => join(folder, `${template}.pdf`)));
    expect(found.map(({ faults }) => faults)).toEqual(['{}', '{}', '{}']);
    for (const { checks } of found) expect(checks).toBeGreaterThan(2_000);
  },
  120_000,
);
