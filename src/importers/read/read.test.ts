import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headOf, reportOf } from '../test-kit.ts';

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function json(text: string | Uint8Array, paths: string[], chunk = 7) {
  const { report, problems } = reportOf(text, { chunk });
  return { items: await all(report.json(...paths)), problems };
}

async function xml(text: string | Uint8Array, names: string[], chunk = 11) {
  const { report, problems } = reportOf(text, { chunk });
  return { items: await all(report.xml(...names)), problems };
}

async function csv(text: string | Uint8Array, chunk = 9) {
  const { report, problems } = reportOf(text, { chunk });
  return { items: await all(report.csv()), problems };
}

describe('json', () => {
  test('gives the elements at the paths, in the order of the file, wherever the pieces are cut', async () => {
    const document = {
      version: '1',
      results: [{ a: 'x"]}\\' }, { a: [1, { b: null }] }, 3, 'four', true],
      other: { results: [1] },
      runs: [{ results: [{ id: 1 }] }, { nothing: 0 }, { results: [{ id: 2 }] }],
    };
    for (const chunk of [1, 2, 3, 16, 1000]) {
      const { items, problems } = await json(
        JSON.stringify(document, null, 1),
        ['results.*', 'runs.*.results.*'],
        chunk,
      );
      expect(problems).toEqual([]);
      expect(items.map(({ path, value }) => [path.join('.'), value])).toEqual([
        ...document.results.map((value, index) => [`results.${index}`, value]),
        ['runs.0.results.0', { id: 1 }],
        ['runs.2.results.0', { id: 2 }],
      ]);
    }
  });

  test('any value of any document comes out as it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 6 }),
        fc.integer({ min: 1, max: 40 }),
        async (value, chunk) => {
          const text = JSON.stringify({ skip: value, keep: [value], deep: { er: value } });
          const { items, problems } = await json(text, ['keep.*', 'deep.er'], chunk);
          expect(problems).toEqual([]);
          const plain = JSON.parse(JSON.stringify(value));
          expect(items.map((item) => item.value)).toEqual([plain, plain]);
          const [first] = items;
          expect(Buffer.from(text).subarray(first?.byte).toString().startsWith(JSON.stringify(value))).toBe(
            true,
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the whole document, scalars and names with dots', async () => {
    expect((await json(' 12 ', [''])).items[0]?.value).toBe(12);
    expect((await json('{"a":1}', [''])).items[0]?.value).toEqual({ a: 1 });
    const { report } = reportOf('{"a.b":{"c":1},"a":{"b":{"c":2}}}');
    expect((await all(report.json(['a.b', 'c']))).map((item) => item.value)).toEqual([1]);
  });

  test('what is cut off gives what came before and says where it ends', async () => {
    const { items, problems } = await json('{"results":[{"id":1},{"id":2},{"id":', ['results.*']);
    expect(items.map((item) => item.value)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(problems).toEqual([
      { at: 'byte 36', message: 'The file ends in the middle of results.2: it is cut off.', damaged: true },
    ]);
    expect((await json('', ['results.*'])).problems[0]?.message).toBe('The file is empty.');
    expect((await json('{"results":[', ['results.*'])).problems).toHaveLength(1);
  });

  test('one bad element is left out, the rest comes', async () => {
    const { items, problems } = await json('{"results":[{"id":1},{"id":NaN},{"id":3},{"id":1,"id":4}]}', [
      'results.*',
    ]);
    expect(items.map((item) => item.value)).toEqual([{ id: 1 }, { id: 3 }, { id: 4 }]);
    expect(problems).toEqual([
      { at: 'results.1 (byte 21)', message: 'The element is not JSON and is left out.', damaged: true },
      { at: 'results.3 (byte 41)', message: 'A name stands twice: the last value counts.', damaged: false },
    ]);
  });

  test('what is no JSON is told with its place', async () => {
    expect((await json('<html>', ['a'])).problems[0]).toEqual({
      at: 'byte 0',
      message: "This is not JSON: '<' is not expected here.",
      damaged: true,
    });
    expect((await json('{"a":[1,]} x', ['b'])).problems[0]?.at).toBe('byte 11');
    expect((await json('{"results":[{}} ', ['results.*'])).problems[0]?.at).toBe('byte 14');
    expect((await json('{"a" 1}', ['a'])).problems[0]?.at).toBe('byte 5');
    expect((await json('{"\\x":1}', ['a'])).problems[0]?.message).toContain('a name is broken');
  });

  test('a million brackets cost nothing where nothing is wanted, and are refused where something is', async () => {
    const deep = '['.repeat(1_000_000);
    const closed = `{"skip":${deep}${']'.repeat(1_000_000)},"results":[1]}`;
    const passed = await json(closed, ['results.*'], 65_536);
    expect(passed).toMatchObject({ items: [{ value: 1 }], problems: [] });
    const { items, problems } = await json(
      `{"results":[${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)},2]}`,
      ['results.*'],
      65_536,
    );
    expect(items.map((item) => item.value)).toEqual([2]);
    expect(problems[0]?.message).toBe('The element is nested deeper than 128 levels and is left out.');
    expect((await json(deep, ['a.*'], 65_536)).problems).toHaveLength(1);
  });

  test('an element that is too large is left out without being held', async () => {
    const big = 'x'.repeat(33 * 1024 * 1024);
    const { items, problems } = await json(`{"results":["${big}",{"id":1}]}`, ['results.*'], 1024 * 1024);
    expect(items.map((item) => item.value)).toEqual([{ id: 1 }]);
    expect(problems[0]?.message).toBe('The element is larger than 32 MB and is left out.');
    const name = await json(`{"${'k'.repeat(200_000)}":1}`, ['a'], 4096);
    expect(name.problems[0]?.message).toContain('A name is longer');
  });

  test('UTF-8 with mark, UTF-16 with and without, gzip; UTF-32 is refused; wrong bytes are shown', async () => {
    const text = '{"results":["Grüße 😀"]}';
    const utf16 = Buffer.from(text, 'utf16le');
    const spellings = [
      Buffer.from(`\ufeff${text}`),
      Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]),
      utf16,
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]),
      Buffer.from(utf16).swap16(),
      gzipSync(text),
    ];
    for (const bytes of spellings)
      for (const chunk of [1, 5, 4096])
        expect(await json(bytes, ['results.*'], chunk)).toMatchObject({
          items: [{ value: 'Grüße 😀' }],
          problems: [],
        });
    const utf32 = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from([0x7b, 0, 0, 0])]);
    expect((await json(utf32, ['a'])).problems[0]?.message).toContain('not in UTF-8 or UTF-16');
    const latin = await json(Buffer.from('{"results":["Gr\xfc\xdfe"]}', 'latin1'), ['results.*']);
    expect(latin.items[0]?.value).toBe('Gr��e');
    expect(latin.problems[0]?.message).toBe('Bytes that are not UTF-8 are shown as �.');
    const broken = await json(gzipSync(text.repeat(100)).subarray(0, 40), ['results.*']);
    expect(broken.problems[0]?.message).toContain('gzip');
  });

  test('random bytes are an answer and never an exception', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const { problems } = await json(bytes, ['a.*', 'b'], 16);
        expect(problems.length).toBeGreaterThanOrEqual(0);
        await xml(bytes, ['a']);
        await csv(bytes);
      }),
      { numRuns: 100 },
    );
  });
});

describe('json lines', () => {
  test('a value per line; a bad line is left out; the last needs no end', async () => {
    const { report, problems } = reportOf('{"a":1}\r\n\n{"a":\n[2]\n{"a":3}', { chunk: 3 });
    expect((await all(report.jsonLines())).map(({ path, value }) => [path[0], value])).toEqual([
      [1, { a: 1 }],
      [4, [2]],
      [5, { a: 3 }],
    ]);
    expect(problems.map((one) => one.message)).toEqual(['The element is not JSON and is left out.']);
    const deep = reportOf(`${'['.repeat(100_000)}\n1`);
    expect(await all(deep.report.jsonLines())).toHaveLength(1);
    expect(deep.problems[0]?.message).toContain('nested deeper');
  });
});

describe('xml', () => {
  const REPORT = `<?xml version="1.0"?>
<!DOCTYPE issues [<!ELEMENT issues (issue*)>]>
<issues tool="x">
  <issue id="1"><name>A &amp; B</name><n:detail xmlns:n="urn:n"><![CDATA[<b>]]>!</n:detail></issue>
  <group host="h"><issue id="2"/></group>
</issues>`;

  test('gives elements with their parents, texts and children', async () => {
    for (const chunk of [1, 3, 1000]) {
      const { items, problems } = await xml(REPORT, ['issue'], chunk);
      expect(problems).toEqual([]);
      expect(items.map((item) => item.attributes.id)).toEqual(['1', '2']);
      expect(items[0]?.children.map((child) => [child.name, child.text])).toEqual([
        ['name', 'A & B'],
        ['detail', '<b>!'],
      ]);
      expect(items[1]?.parents).toEqual([
        { name: 'issues', attributes: { tool: 'x' } },
        { name: 'group', attributes: { host: 'h' } },
      ]);
      expect(items[0]?.line).toBe(4);
    }
  });

  test('entities that the document declares are refused, and nothing is expanded', async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x><issue>&b;</issue></x>`;
    const { items, problems } = await xml(bomb, ['issue'], 1000);
    expect(items).toEqual([]);
    expect(problems).toEqual([
      {
        at: 'line 1',
        message: 'The document declares entities of its own, which are refused.',
        damaged: true,
      },
    ]);
    const outside = `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x><issue>&f;</issue></x>`;
    expect((await xml(outside, ['issue'])).items).toEqual([]);
    const unknown = await xml('<x><issue>&nope;</issue></x>', ['issue']);
    expect(unknown.items[0]?.text).toBe('&nope;');
    expect(unknown.problems).toHaveLength(1);
  });

  test('what is cut off, deep, huge or broken is told, and the rest comes', async () => {
    const cut = await xml('<x><issue id="1"/><issue id="2"><a>', ['issue']);
    expect(cut.items.map((item) => item.attributes.id)).toEqual(['1']);
    expect(cut.problems.map((one) => one.message)).toEqual([
      'The file ends in the middle of an element: it is cut off.',
    ]);
    const deep = `<x><issue>${'<a>'.repeat(5_000)}${'</a>'.repeat(5_000)}</issue><issue id="2"/></x>`;
    const passed = await xml(deep, ['issue'], 4096);
    expect(passed.items.map((item) => item.attributes.id)).toEqual(['2']);
    expect(passed.problems[0]?.message).toBe(
      'The element issue is nested deeper than 128 levels and is left out.',
    );
    const outer = await xml('<a>'.repeat(100_000), ['issue'], 65_536);
    expect(outer.problems[0]?.message).toContain('deeper than 1000');
    const huge = await xml(
      `<x><issue>${'<b>text</b>'.repeat(700_000)}</issue><issue id="2"/></x>`,
      ['issue'],
      1 << 20,
    );
    expect(huge.items.map((item) => item.attributes.id)).toEqual(['2']);
    expect(huge.problems[0]?.message).toContain('larger than 32 MB');
    const endless = await xml(`<x><issue a="${'x'.repeat(40 * 1024 * 1024)}"/></x>`, ['issue'], 1 << 20);
    expect(endless.problems[0]?.message).toContain('longer than 32 MB');
    expect((await xml('', ['issue'])).problems[0]?.message).toBe('The file is empty.');
    const mixed = await xml('<x><issue id="1"></wrong></issue><issue id="2"/></x>', ['issue']);
    expect(mixed.problems).toHaveLength(1);
    expect(mixed.items.map((item) => item.attributes.id)).toEqual(['1', '2']);
  });

  test('declared encodings', async () => {
    const latin = Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><x><issue>Gr\xfc\xdfe</issue></x>',
      'latin1',
    );
    expect((await xml(latin, ['issue'], 1000)).items[0]?.text).toBe('Grüße');
    const wide = Buffer.from('<?xml version="1.0" encoding="UTF-16"?><x><issue>Grüße</issue></x>', 'utf16le');
    expect((await xml(wide, ['issue'], 1000)).items[0]?.text).toBe('Grüße');
    const unknown = await xml('<?xml version="1.0" encoding="EBCDIC-US"?><x/>', ['issue'], 1000);
    expect(unknown.problems[0]?.message).toContain('EBCDIC-US is not read here');
  });
});

describe('csv', () => {
  test('rows by name, the delimiter by itself, quotes and lines within them', async () => {
    for (const mark of [',', ';', '\t', '|']) {
      const text = ['rule,file,note', 'a,x.ts,"one\ntwo, ""three"""', 'b,y.ts,']
        .join('\r\n')
        .replace(/,(?! )/g, mark);
      const { items, problems } = await csv(`\ufeff${text}`);
      expect(problems).toEqual([]);
      expect(items.map((item) => item.row)).toEqual([
        { rule: 'a', file: 'x.ts', note: 'one\ntwo, "three"' },
        { rule: 'b', file: 'y.ts', note: '' },
      ]);
    }
  });

  test('bad rows are left out with their line, the rest comes', async () => {
    const { items, problems } = await csv('rule,note\na,"x"y\nb,fine\nc,"open\n');
    expect(items.map((item) => item.row)).toEqual([
      { rule: 'a', note: '"x"y' },
      { rule: 'b', note: 'fine' },
    ]);
    expect(problems).toEqual([
      { at: 'line 4', message: 'The file ends within quotes: it is cut off.', damaged: true },
    ]);
    const doubled = await csv('a,a\n1,2\n');
    expect(doubled.items[0]?.row).toEqual({ a: '1', 'a (2)': '2' });
    expect(doubled.problems).toHaveLength(1);
    expect((await csv('')).problems[0]?.message).toBe('The file is empty.');
    const endless = await csv(`a,b\n1,"${'x'.repeat(34 * 1024 * 1024)}`, 1 << 20);
    expect(endless.problems[0]?.message).toContain('larger than 32 MB');
  });
});

test('lines', async () => {
  const { report, problems } = reportOf(Buffer.from('one\r\ntw\xf6\n\nfour', 'latin1'), { chunk: 2 });
  expect(await all(report.lines())).toEqual([
    { line: 1, text: 'one' },
    { line: 2, text: 'tw�' },
    { line: 3, text: '' },
    { line: 4, text: 'four' },
  ]);
  expect(problems).toHaveLength(1);
});

test('an archive is named as one', async () => {
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.alloc(60)]);
  const tar = Buffer.concat([Buffer.alloc(257, 'a'), Buffer.from('ustar'), Buffer.alloc(250)]);
  await expect(headOf({ text: zip, name: 'a.sarif' })).rejects.toThrow('It is a ZIP archive');
  await expect(headOf({ text: tar, name: 'a.json' })).rejects.toThrow('It is a tar archive');
});
