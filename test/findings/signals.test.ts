import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it, test } from 'vitest';
import { importSignals, type SignalImport } from '../../src/intel/import-signals.ts';
import { readKev } from '../../src/intel/read-kev.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores } from './scan.ts';

const KEV = {
  title: 'Known exploited',
  dateReleased: '2026-11-20T17:04:19.9796Z',
  vulnerabilities: [
    {
      cveID: 'CVE-2024-1000',
      dateAdded: '2024-03-01',
      dueDate: '2024-03-22',
      knownRansomwareCampaignUse: 'Known',
    },
    { cveID: 'CVE-2024-2000', dateAdded: '2024-04-01', knownRansomwareCampaignUse: 'Unknown' },
  ],
};
const EPSS = `#model_version:v2025.03.14,score_date:2026-11-21T00:00:00+0000
cve,epss,percentile
CVE-2024-1000,0.94321,0.99912
CVE-2024-3000,0.00042,0.05
`;

onBothStores('signals', (store) => {
  it('imports both sources, packed or not, in pieces of any size; one does not take away what the other knows', async () => {
    const kev = await take(store(), JSON.stringify(KEV), { piece: 7 });
    expect(kev).toMatchObject({ source: 'kev', entries: 2, removed: 0, unchanged: false, problems: [] });
    expect(new Date(kev.asOf).toISOString()).toBe('2026-11-20T17:04:19.979Z');
    expect(kev.sha256).toMatch(/^[0-9a-f]{64}$/);
    const epss = await take(store(), gzipSync(EPSS), { piece: 11 });
    expect(epss).toMatchObject({ source: 'epss', entries: 2, asOf: Date.parse('2026-11-21T00:00Z') });
    expect(await rows(store())).toEqual([
      ['CVE-2024-1000', Date.parse('2024-03-01'), Date.parse('2024-03-22'), 1, 0.94321, 0.99912],
      ['CVE-2024-2000', Date.parse('2024-04-01'), null, null, null, null],
      ['CVE-2024-3000', null, null, null, 0.00042, 0.05],
    ]);
    expect(await take(store(), EPSS)).toMatchObject({ unchanged: true, removed: 0 });
  });

  it('forgets what a newer snapshot does not say, but not when lines of it could not be read', async () => {
    await take(store(), JSON.stringify(KEV));
    const less = {
      ...KEV,
      dateReleased: '2026-11-22T00:00:00Z',
      vulnerabilities: KEV.vulnerabilities.slice(1),
    };
    const broken = {
      ...less,
      vulnerabilities: [
        ...less.vulnerabilities,
        { cveID: 'CVE-2O24-1000', dateAdded: '2024-03-01' },
        { cveID: 7 },
      ],
    };
    const first = await take(store(), JSON.stringify(broken));
    expect(first).toMatchObject({ entries: 1, removed: 0 });
    expect(first.problems.map(({ at, message }) => `${at}: ${message}`)).toEqual([
      "vulnerabilities[1]: 'CVE-2O24-1000' is not the id of a CVE",
      'vulnerabilities[2]: cveID: Invalid input: expected string, received number',
    ]);
    expect(await take(store(), JSON.stringify(less))).toMatchObject({ entries: 1, removed: 1 });
    expect((await rows(store())).map(([cve, added]) => [cve, added])).toEqual([
      ['CVE-2024-1000', null],
      ['CVE-2024-2000', Date.parse('2024-04-01')],
    ]);
  });

  it('names malformed lines and takes the rest; refuses what is something else, with one clear error', async () => {
    const lines = [
      ...EPSS.trimEnd().split('\n'),
      'CVE-2024-4000,1.5,0.1',
      'nonsense',
      'CVE-2024-5000,0.5,x',
      '',
      'CVE-2024-6000,0.5',
      '',
    ];
    const taken = await take(store(), lines.join('\r\n'));
    expect(taken.entries).toBe(3);
    expect(taken.problems.map(({ at, message }) => `${at}: ${message}`)).toEqual([
      "line 5: CVE-2024-4000: the score '1.5' is not a number from 0 to 1",
      "line 6: 'nonsense' is not the id of a CVE",
      "line 7: CVE-2024-5000: the percentile 'x' is not a number from 0 to 1",
    ]);
    for (const [text, message] of [
      ['', 'neither'],
      ['<html>', 'neither'],
      ['{"vulnerabilities": 1}', 'has no list'],
      ['{"vulnera', 'not JSON'],
      ['{"vulnerabilities": []}', 'does not say of when'],
      ['#score_date:2026-11-21\nname,score\n', 'not a file of EPSS'],
      ['#score_date:2026-11-29\ncve,epss,percentile\nx\n', 'no line about a CVE'],
      ['cve,epss,percentile\nCVE-2024-1000,0.1,0.1\n', 'does not say of when'],
      ['cveID,vendorProject\n', 'as CSV'],
    ] as const)
      await expect(take(store(), text), text).rejects.toMatchObject({
        code: 'invalid-signals',
        message: expect.stringContaining(message),
      });
    await expect(take(store(), gzipSync(EPSS).subarray(0, 60))).rejects.toMatchObject({
      code: 'invalid-signals',
    });
    const old = EPSS.replace('2026-11-21', '2025-01-01');
    await expect(take(store(), old)).rejects.toMatchObject({ code: 'not-possible-now' });
    expect(await take(store(), old, { older: true })).toMatchObject({ asOf: Date.parse('2025-01-01') });
  });
});

const set = fileURLToPath(
  new URL('../../../shared/data/intel-kev/known_exploited_vulnerabilities.json.gz', import.meta.url),
);
test.skipIf(!existsSync(set))(
  `needs ../shared/data/intel-kev: reads every entry of the real catalogue`,
  async () => {
    const reader = await readKev(pieces(gunzipSync(readFileSync(set)), 65_536));
    let count = 0;
    for await (const record of reader.records) {
      expect(record).not.toHaveProperty('problem');
      count += 1;
    }
    expect(count).toBe(1404);
    expect(reader.asOf).toBe(Date.parse('2025-08-25T17:04:19.979Z'));
  },
);

let clock = 1_000;

function take(
  store: Store,
  content: string | Uint8Array,
  { piece = 65_536, older = false }: { piece?: number; older?: boolean } = {},
): Promise<SignalImport> {
  clock += 1_000;
  return importSignals(store, pieces(Buffer.from(content), piece), {
    older,
    now: clock,
    finish: (work) => store.write({ lane: 'interactive' }, work),
    told: async () => undefined,
  });
}

async function* pieces(content: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

async function rows(store: Store): Promise<(string | number | null)[][]> {
  const found = await store.db.selectFrom('cve_signal').selectAll().orderBy('cve').execute();
  const number = (value: number | null) => (value === null ? null : Number(value));
  return found.map((row) => [
    row.cve,
    ...[row.kev_added, row.kev_due, row.ransomware, row.epss, row.percentile].map(number),
  ]);
}
