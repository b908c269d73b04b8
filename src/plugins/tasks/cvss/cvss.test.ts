import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { SentinelError } from '../../../lib/errors.ts';
import task from './index.ts';
import { type CvssVersion, METRICS } from './metrics.ts';
import { assemble, parseVectors, readVectors } from './parse.ts';
import { ratingOf, scoresOf, subScoresOf } from './score.ts';

/** Vectors published with other calculators; the tests that need them are skipped by name where they are absent. */
const PUBLISHED = '../shared/data/intel-cvss';

async function run(vector: string, overrides = ''): Promise<z.infer<NonNullable<typeof task.output>>> {
  const events = task.run({
    params: { vector, overrides },
    signal: new AbortController().signal,
    log: () => {},
    now: Date.now,
  });
  for (;;) {
    const step = await events.next();
    if (step.done) return task.output?.parse(step.value) as never;
  }
}

function score(vector: string): Record<string, number> {
  return Object.fromEntries(scoresOf(parseVectors(vector)[0] as never).map((one) => [one.name, one.score]));
}

function refused(vector: string): SentinelError {
  try {
    parseVectors(vector);
  } catch (error) {
    if (error instanceof SentinelError) return error;
  }
  throw new Error(`${vector} was accepted`);
}

describe('scores of the specifications', () => {
  test.each([
    // v2.0 guide §3.3, the three worked examples
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H', 7.8, 6.4, 9.2],
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L', 10, 8.3, 9.0],
    ['AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M', 6.2, 4.9, 7.5],
  ])('%s', (vector, base, temporal, environmental) => {
    expect(score(vector)).toEqual({ base, temporal, environmental });
  });

  test('v2 rounds halves of the decimal number, not of the binary one', () => {
    expect(score('AV:N/AC:L/Au:S/C:C/I:C/A:C/E:F/RL:U/RC:C')).toEqual({ base: 9, temporal: 8.6 });
  });

  test('sub-scores of v2 and v3', () => {
    const parts = (vector: string) =>
      Object.fromEntries(
        subScoresOf(parseVectors(vector)[0] as never).map(({ name, score }) => [name, score]),
      );
    // v2.0 guide §3.3.1 and v3.1 specification §7.1 with the metrics of CVE-2002-0392 and CVE-2013-1937.
    expect(parts('AV:N/AC:L/Au:N/C:N/I:N/A:C')).toEqual({ impact: 6.9, exploitability: 10 });
    expect(parts('CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N')).toEqual({
      impact: 2.7,
      exploitability: 2.8,
    });
    expect(Object.keys(parts('CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N/MS:U'))).toHaveLength(4);
    expect(parts('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N')).toEqual({});
  });

  test('v3.0 and v3.1 round differently where their specifications do', () => {
    const body = 'AV:N/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:N/E:F';
    expect(score(`CVSS:3.0/${body}`)).toEqual({ base: 3.8, temporal: 3.7 });
    expect(score('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H')).toEqual({ base: 10 });
    expect(score('CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N')).toEqual({ base: 0 });
  });

  test('v4.0 names what was used', async () => {
    const base = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
    expect(score(base)).toEqual({ 'CVSS-B': 9.3 });
    expect(Object.keys(score(`${base}/E:U`))).toEqual(['CVSS-B', 'CVSS-BT']);
    expect(Object.keys(score(`${base}/CR:L`))).toEqual(['CVSS-B', 'CVSS-BE']);
    expect(Object.keys(score(`${base}/E:U/CR:L`))).toEqual(['CVSS-B', 'CVSS-BT', 'CVSS-BE', 'CVSS-BTE']);
    const { vectors } = await run(`${base}/E:U/U:Red`);
    expect(vectors[0]).toMatchObject({ nomenclature: 'CVSS-BT', version: '4.0' });
    expect(vectors[0]?.metrics.at(-1)).toEqual({
      group: 'supplemental',
      metric: 'U',
      name: 'provider urgency',
      value: 'Red',
      meaning: 'red',
    });
  });

  test('ratings change at the borders of the scale', () => {
    expect([0, 0.1, 3.9, 4, 6.9, 7, 8.9, 9, 10].map((value) => ratingOf(value, '3.1'))).toEqual(
      'none low low medium medium high high critical critical'.split(' '),
    );
    expect([0, 3.9, 4, 7, 10].map((value) => ratingOf(value, '2.0'))).toEqual(
      'low low medium high high'.split(' '),
    );
  });
});

describe('the parser', () => {
  test('puts metrics in order and drops undefined ones', () => {
    expect(parseVectors('CVSS:3.1/S:U/AV:N/AC:L/PR:N/UI:N/C:H/I:H/A:H/E:X')[0]?.normalised).toBe(
      'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    );
    expect(parseVectors('(AV:N/AC:L/Au:N/C:P/I:P/A:P/E:ND)')[0]?.normalised).toBe(
      'AV:N/AC:L/Au:N/C:P/I:P/A:P',
    );
  });

  test.each([
    ['', /at least one CVSS vector/],
    ['hello', /no CVSS version/],
    ['CVSS:5.0/AV:N', /no CVSS version/],
    ['CVSS:constructor/AV:N', /no CVSS version/],
    ['cvss:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /no CVSS version/],
    [
      'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H',
      /A \(availability impact\) is missing.*expects one of N \(none\)/,
    ],
    ['CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /AV \(attack vector\) stands twice/],
    [
      'CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
      /AV \(attack vector\) has the unknown value 'Z'.*N \(network\)/,
    ],
    ['CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /AV \(attack vector\) has the unknown value 'X'/],
    ['CVSS:3.1/AV:constructor/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', /unknown value 'constructor'/],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/', /METRIC:VALUE/],
    ['AV:N/AC:L/AU:N/C:P/I:P/A:P', /AU is not a metric of CVSS 2.0 \(did you mean Au\?\)/],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:S/VI:H/VA:H/SC:N/SI:N/SA:N', /VC .* unknown value 'S'/],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N', /SI .* unknown value 'S'/],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MSC:S', /MSC .* unknown value 'S'/],
  ])('refuses %s', (vector, message) => {
    const error = refused(vector);
    expect(error.code).toBe('invalid-parameter');
    expect(error.message).toMatch(message);
    expect(error.fields[0]).toMatchObject({ field: 'vector', example: expect.stringMatching(/./) });
  });

  test.each([
    [
      'CVSS:4.0/AC:L/AV:N/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
      /^vector: AV \(attack vector\) stands too late/,
      'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
    ],
    ['AV:N/Au:N/AC:L/C:P/I:P/A:P', /AC \(access complexity\) stands too late/, 'AV:N/AC:L/Au:N/C:P/I:P/A:P'],
  ])('wants the order that the standard fixes: %s', (vector, message, corrected) => {
    const error = refused(vector);
    expect(error.message).toMatch(message);
    expect(error.fields[0]?.example).toBe(corrected);
  });

  test('shows what it refuses without characters that deceive', () => {
    expect(refused('\u202eevil').message).toContain('\\u202e');
  });

  test('scores the good vectors beside a broken one', async () => {
    const good = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
    const reading = readVectors(`${good} hello\nAV:N/AC:L/Au:N/C:P/I:P/A:P`);
    expect(reading.parsed.map((one) => one.version)).toEqual(['3.1', '2.0']);
    expect(reading.refused.map((one) => one.word)).toEqual(['hello']);
    const events = task.run({
      params: { vector: `${good} hello`, overrides: '' },
      signal: new AbortController().signal,
      log: () => {},
      now: Date.now,
    });
    expect((await events.next()).value).toMatchObject({
      type: 'problem',
      at: 'hello',
      code: 'invalid-parameter',
    });
  });

  test('overrides replace, add and take away metrics of every vector', async () => {
    const v3 = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:F';
    const { vectors } = await run(`${v3} ${v3}/CR:L`, 'CR:H/E:U/AV:L');
    expect(vectors.map((one) => one.vector)).toEqual(
      Array(2).fill('CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/CR:H'),
    );
    expect((await run(v3, 'E:X')).vectors[0]?.vector).toBe(v3.replace('/E:F', ''));
    await expect(run(v3, 'CDP:H')).rejects.toMatchObject({
      code: 'invalid-parameter',
      fields: [{ field: 'overrides', message: expect.stringMatching(/CDP is not a metric of CVSS 3.1/) }],
    });
    await expect(run(v3, 'E:U/E:F')).rejects.toThrow(/^overrides: E .* stands twice/);
  });

  test('names every problem, not only the first', () => {
    expect(refused('CVSS:3.1/AV:Z/AC:Z/PR:N/UI:N/S:U/C:H/I:H/A:H hello').fields).toHaveLength(3);
  });

  const versions = ['2.0', '3.0', '3.1', '4.0'] as const;
  const anyVector = fc.constantFrom<CvssVersion>(...versions).chain((version) =>
    fc
      .tuple(
        ...METRICS[version].map((metric) =>
          metric.group === 'base'
            ? fc.constantFrom(...Object.keys(metric.values))
            : fc.option(fc.constantFrom(...Object.keys(metric.values)), { nil: undefined }),
        ),
      )
      .map((values) => {
        const entries = METRICS[version].flatMap((metric, index) => {
          const value = values[index];
          return value === undefined ? [] : [[metric.key, value] as const];
        });
        return assemble(version, new Map(entries));
      }),
  );

  test('every complete vector has scores from 0 to 10 and is its own normal form', () => {
    void fc.assert(
      fc.property(anyVector, (vector) => {
        expect(parseVectors(vector.normalised)[0]?.normalised).toBe(vector.normalised);
        for (const one of scoresOf(vector)) {
          expect(one.score).toBeGreaterThanOrEqual(0);
          expect(one.score).toBeLessThanOrEqual(10);
          expect(Math.round(one.score * 10) / 10).toBe(one.score);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('any text is either scored or refused with a code', () => {
    void fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseVectors(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SentinelError);
        }
      }),
    );
  });
});

describe.skipIf(!existsSync(PUBLISHED))('published vectors', () => {
  const FILES = ['simple2', 'cvsslib2', 'calculator2', 'simple3', 'simple31', 'cvsslib3', 'calculator3'];

  test.each(FILES)('%s', (name) => {
    const wrong: string[] = [];
    for (const line of readFileSync(`${PUBLISHED}/vectors_${name}.txt`, 'utf8').split('\n')) {
      const match = /^(\S+) - \((.*)\)$/.exec(line);
      if (!match) continue;
      const [base, temporal, environmental] = (match[2] ?? '')
        .split(', ')
        .map((text) => (text === 'None' ? null : Number(text)));
      const own = score(match[1] ?? '');
      const expected: Record<string, number | null | undefined> = { base, temporal, environmental };
      for (const [key, value] of Object.entries(own)) {
        if (value !== (expected[key] ?? 0) + 0) wrong.push(`${line}: ${key} ${value}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(['security4', 'simple4', 'supplemental4', 'threat4'])('%s', (name) => {
    const wrong: string[] = [];
    for (const line of readFileSync(`${PUBLISHED}/vectors_${name}.txt`, 'utf8').split('\n')) {
      const match = /^(\S+) - \(?([\d.]+)/.exec(line);
      if (match && Object.values(score(match[1] ?? '')).at(-1) !== Number(match[2])) wrong.push(line);
    }
    expect(wrong).toEqual([]);
  });

  test('first-macro-scores', () => {
    const wrong: string[] = [];
    for (const line of readFileSync(`${PUBLISHED}/first-macro-scores.ndjson`, 'utf8').trim().split('\n')) {
      const { vector, score: expected } = JSON.parse(line) as { vector: string; score: number };
      if (Object.values(score(vector)).at(-1) !== expected) wrong.push(line);
    }
    expect(wrong).toEqual([]);
  });
});
