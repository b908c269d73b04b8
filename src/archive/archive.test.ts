import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { archiveKind, readArchive, unreadableArchiveKind } from './archive.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { gzip, paxRecord, tarOf, zipOf } from './test-archives.ts';

const text = (value: string) => Buffer.from(value);

function read(bytes: Buffer, name = 'a', limits = {}): string[] {
  return [...readArchive(bytes, name, { ...DEFAULT_LIMITS, ...limits })].map((member) =>
    member.type === 'file' ? `${member.path}=${member.bytes.toString()}` : `${member.path} ! ${member.code}`,
  );
}

describe('zip', () => {
  test('reads stored and deflated members and skips folders', () => {
    const zip = zipOf([
      { name: 'dir/', bytes: text('') },
      { name: 'dir/a.txt', bytes: text('deflated') },
      { name: 'b.txt', bytes: text('stored'), stored: true },
    ]);
    expect(archiveKind(zip)).toBe('zip');
    expect(read(zip)).toEqual(['dir/a.txt=deflated', 'b.txt=stored']);
  });

  test.each(['../evil', '/etc/cron.d/evil', 'a/../../evil', 'C:\\evil', '..\\evil', 'a\0b'])(
    'names %j and does not read it',
    (name) => {
      expect(
        read(
          zipOf([
            { name, bytes: text('x') },
            { name: 'good', bytes: text('y') },
          ]),
        ),
      ).toEqual([`${name.replace('\0', '?')} ! unsafe-member-name`, 'good=y']);
    },
  );

  test('names encrypted and unknown members', () => {
    const zip = zipOf([
      { name: 'locked', bytes: text('x'), flags: 1 },
      { name: 'lzma', bytes: text('x'), method: 14 },
      { name: 'good', bytes: text('y') },
    ]);
    expect(read(zip)).toEqual(['locked ! archive-encrypted', 'lzma ! archive-unsupported', 'good=y']);
  });

  test('stops a bomb by its ratio', () => {
    const zip = zipOf([
      { name: 'zeros', bytes: Buffer.alloc(40 * 1024 * 1024) },
      { name: 'good', bytes: text('y') },
    ]);
    expect(zip.length).toBeLessThan(100_000);
    expect(read(zip)).toEqual(['zeros ! archive-limit', 'good=y']);
  });

  test('refuses members that share bytes', () => {
    const kernel = { name: 'kernel', bytes: Buffer.alloc(500_000, 'a') };
    const zip = zipOf([
      kernel,
      ...Array.from({ length: 50 }, (_, i) => ({ ...kernel, name: `copy-${i}`, offset: 0 })),
    ]);
    const found = read(zip);
    expect(found.filter((line) => line.endsWith('! archive-broken'))).toHaveLength(50);
  });

  test('names with ! or control characters cannot imitate a path inside', () => {
    expect(read(zipOf([{ name: 'a!b\u001b[2J', bytes: text('x') }]))).toEqual(['a?b?[2J=x']);
  });

  test('a cut archive, or one whose directory points elsewhere, is named', () => {
    const zip = zipOf([{ name: 'a', bytes: text('x'.repeat(500)), stored: true }]);
    expect(read(zip.subarray(0, -30))).toEqual([' ! archive-broken']);
    const elsewhere = [
      { name: 'good', bytes: text('y') },
      { name: 'a', bytes: text('x'), offset: 0xfffffff0 },
    ];
    expect(read(zipOf(elsewhere))).toEqual(['good=y', 'a ! archive-broken']);
    const count = Buffer.from(zip);
    count.writeUInt16LE(60_000, zip.length - 12);
    expect(read(count)).toEqual([' ! archive-broken']);
  });

  test('keeps the limits for all members together and for their number', () => {
    const members = Array.from({ length: 20 }, (_, i) => ({ name: `m${i}`, bytes: Buffer.alloc(1000, i) }));
    for (const archive of [zipOf(members), tarOf(members)]) {
      const found = read(archive, 'a', { totalBytes: 5_000 });
      expect(found.filter((line) => line.includes('='))).toHaveLength(5);
      expect(found.at(-1)).toBe(' ! archive-limit');
    }
    expect(read(zipOf(members), 'a', { members: 5 })).toEqual([' ! archive-limit']);
  });
});

describe('tar', () => {
  test('reads files; links and devices are none', () => {
    const tar = tarOf([
      { name: 'dir', type: '5' },
      { name: 'dir/a.txt', bytes: text('one') },
      { name: 'link', type: '2' },
      { name: 'device', type: '3' },
      { name: '../evil', bytes: text('x') },
    ]);
    expect(archiveKind(tar)).toBe('tar');
    expect(read(tar)).toEqual(['dir/a.txt=one', '../evil ! unsafe-member-name']);
  });

  test('takes long names from GNU and pax headers', () => {
    const long = `${'d/'.repeat(80)}a.txt`;
    const tar = tarOf([
      { name: '././@LongLink', type: 'L', bytes: text(`${long}\0`) },
      { name: 'short', bytes: text('gnu') },
      { name: 'pax', type: 'x', bytes: paxRecord('path', `pax/${long}`) },
      { name: 'short', bytes: text('pax') },
      { name: 'plain', bytes: text('plain') },
    ]);
    expect(read(tar)).toEqual([`${long}=gnu`, `pax/${long}=pax`, 'plain=plain']);
  });

  test('a sparse file of GNU tar is named, not passed over', () => {
    const tar = tarOf([{ name: 'disk.img', type: 'S', bytes: text('map and data') }]);
    expect(read(tar)).toEqual(['disk.img ! archive-unsupported']);
  });

  test('a size that is wrong or huge ends the archive', () => {
    for (const size of ['77777777777\0', '8888\0', '-1\0']) {
      const tar = tarOf([{ name: 'a', bytes: text('x'), size }]);
      expect(read(tar)).toEqual([' ! archive-broken']);
    }
  });

  test('an empty archive has no members', () => {
    expect(read(Buffer.concat([tarOf([{ name: 'dir', type: '5' }])]))).toEqual([]);
  });

  test('a wrong checksum or a missing end is named', () => {
    const tar = tarOf([{ name: 'a', bytes: Buffer.alloc(2000, 'a') }]);
    expect(read(tar.subarray(0, 1024))).toEqual([' ! archive-broken']);
    tar[0] = 0x7a;
    expect(read(tar)).toEqual([' ! archive-broken']);
  });
});

describe('compressed', () => {
  test('unpacks gz, tar.gz and zst', () => {
    expect(read(gzip(text('hello')), 'notes.txt.gz')).toEqual(['notes.txt=hello']);
    expect(read(gzip(tarOf([{ name: 'a', bytes: text('one') }])), 'x.tgz')).toEqual(['a=one']);
    expect(read(zstdCompressSync(text('hello')), 'notes.zst')).toEqual(['notes=hello']);
  });

  test('a cut or damaged stream is named', () => {
    const whole = gzip(text('hello '.repeat(1_000)));
    for (const bytes of [
      whole.subarray(0, 40),
      whole.subarray(0, -9),
      zstdCompressSync(text('x')).subarray(0, -2),
    ])
      expect(read(bytes, 'x.gz')).toEqual([' ! archive-broken']);
  });

  test('what follows the end of a stream is read as a second one or left', () => {
    expect(read(Buffer.concat([gzip(text('one ')), gzip(text('two'))]), 'x.gz')).toEqual(['x=one two']);
  });

  test('a bomb in several levels uses one budget', () => {
    const bomb = gzip(gzip(gzip(Buffer.alloc(200 * 1024 * 1024))));
    expect(read(bomb, 'x.gz', { totalBytes: 8 * 1024 * 1024 }).at(-1)).toMatch(/! archive-limit$/);
    const many = zipOf(
      Array.from({ length: 40 }, (_, i) => ({
        name: `${i}.zip`,
        stored: true,
        bytes: zipOf([{ name: 'zeros', bytes: Buffer.alloc(1024 * 1024) }]),
      })),
    );
    const found = read(many, 'a', { totalBytes: 4 * 1024 * 1024 });
    expect(found.filter((line) => line.includes('=')).length).toBeLessThanOrEqual(4);
    expect(found.at(-1)).toBe(' ! archive-limit');
  });

  test('stops a bomb', () => {
    expect(read(gzip(Buffer.alloc(300 * 1024 * 1024)), 'x.gz')).toEqual([' ! archive-limit']);
  });

  test('names kinds that it does not read', () => {
    expect(unreadableArchiveKind(text('BZh91AY'))).toBe('bzip2');
    expect(unreadableArchiveKind(Buffer.from('fd377a585a000000', 'hex'))).toBe('xz');
  });
});

test('reads archives in archives, to a depth', () => {
  const inner = zipOf([{ name: 'deep.txt', bytes: text('found') }]);
  const middle = gzip(tarOf([{ name: 'inner.zip', bytes: inner }]));
  const outer = zipOf([{ name: 'middle.tgz', bytes: middle, stored: true }]);
  expect(read(outer)).toEqual(['middle.tgz!inner.zip!deep.txt=found']);
  expect(read(outer, 'a', { depth: 2 })).toEqual(['middle.tgz!inner.zip ! archive-limit']);
});

test('a damaged archive never throws and never ends endlessly', () => {
  const good = [
    zipOf([
      { name: 'a', bytes: Buffer.alloc(300, 'a') },
      { name: 'b', bytes: text('b'), stored: true },
    ]),
    gzip(
      tarOf([
        { name: 'a', bytes: text('abc') },
        { name: 'b', bytes: text('def') },
      ]),
    ),
    tarOf([{ name: 'a', bytes: text('abc') }]),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...good),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
      fc.nat(),
      (archive, changes, cut) => {
        const bytes = Buffer.from(archive);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const rest = bytes.subarray(0, cut % 3 === 0 ? cut % bytes.length : bytes.length);
        if (archiveKind(rest) !== undefined) expect(read(rest).length).toBeLessThan(50);
      },
    ),
    { numRuns: 600 },
  );
});
