import { closest } from '../../../lib/closest.ts';
import { type FieldProblem, SentinelError } from '../../../lib/errors.ts';
import { visibleText } from '../../../lib/visible-text.ts';
import { type CvssVersion, EXAMPLE_VECTORS, METRICS, type Metric, notDefined } from './metrics.ts';

/** What was read: vectors that keep every rule, and words that break one. */
export interface Reading {
  parsed: ParsedVector[];
  refused: { word: string; problems: FieldProblem[] }[];
}

type Field = 'vector' | 'overrides';
/** The specifications of these fix the order of the metrics (v2.0 guide §2.4, v4.0 §7); v3.x does not. */
const ORDERED: ReadonlySet<CvssVersion> = new Set(['2.0', '4.0']);

export interface ParsedVector {
  version: CvssVersion;
  /** Defined metrics only, in the order of the specification. */
  metrics: readonly { metric: Metric; value: string }[];
  normalised: string;
}

const MAX_VECTORS = 10_000;

/** One or several vectors, separated by whitespace. Throws `invalid-parameter` with every problem that was found. */
export function parseVectors(text: string): ParsedVector[] {
  const { parsed, refused } = readVectors(text);
  if (refused.length > 0) throw refusal(refused.flatMap(({ problems }) => problems));
  return parsed;
}

/**
 * Like `parseVectors`, but one broken vector among good ones does not spoil them. Throws when none is good.
 * `overrides` (`E:A/CR:H`) replaces metrics in each of them.
 */
export function readVectors(text: string, overrides = ''): Reading {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0)
    throw refusal([problem('expects at least one CVSS vector', EXAMPLE_VECTORS['3.1'])]);
  if (words.length > MAX_VECTORS) {
    throw new SentinelError('too-large', `vector: ${words.length} vectors; at most ${MAX_VECTORS} at once.`);
  }
  const reading: Reading = { parsed: [], refused: [] };
  for (const word of words) {
    const problems: FieldProblem[] = [];
    const vector = parseVector(word, problems);
    const whole = vector && problems.length === 0 ? override(vector, overrides, problems) : undefined;
    if (whole && problems.length === 0) reading.parsed.push(whole);
    else reading.refused.push({ word: shown(word), problems });
  }
  if (reading.parsed.length === 0) throw refusal(reading.refused.flatMap(({ problems }) => problems));
  return reading;
}

function parseVector(word: string, problems: FieldProblem[]): ParsedVector | undefined {
  const split = splitPrefix(word);
  if (!split) {
    const expected =
      'a vector starts with CVSS:4.0/, CVSS:3.1/ or CVSS:3.0/, or is a v2 vector that starts with AV:';
    problems.push(
      problem(`'${shown(word)}' has no CVSS version that is known: ${expected}`, EXAMPLE_VECTORS['3.1']),
    );
    return undefined;
  }
  const { version } = split;
  const values = readMetrics(split, { field: 'vector', word }, problems);
  for (const metric of METRICS[version]) {
    if (metric.group === 'base' && !values.has(metric.key)) {
      problems.push(
        problem(
          `${metric.key} (${metric.name}) is missing in '${shown(word)}'; ${expects(metric)}`,
          example(metric),
        ),
      );
    }
  }
  const vector = assemble(version, values);
  const early = ORDERED.has(version) ? firstOutOfOrder(version, [...values.keys()]) : undefined;
  if (early && problems.length === 0) {
    const message = `${early.key} (${early.name}) stands too late in '${shown(word)}'; CVSS ${version} expects its metrics in a fixed order`;
    problems.push(problem(message, vector.normalised));
  }
  return vector;
}

function override(vector: ParsedVector, overrides: string, problems: FieldProblem[]): ParsedVector {
  if (overrides.trim() === '') return vector;
  const { version } = vector;
  const where = { field: 'overrides' as const, word: overrides.trim() };
  const changed = readMetrics({ version, body: where.word }, where, problems);
  const values = vector.metrics.map(({ metric, value }) => [metric.key, value] as const);
  return assemble(version, new Map([...values, ...changed]));
}

function firstOutOfOrder(version: CvssVersion, keys: readonly string[]): Metric | undefined {
  const places = keys.map((key) => METRICS[version].findIndex((metric) => metric.key === key));
  const at = places.findIndex((place, index) => index > 0 && place < (places[index - 1] ?? 0));
  return at === -1 ? undefined : METRICS[version][places[at] as number];
}

/** Builds a vector from the values that are defined. */
export function assemble(version: CvssVersion, values: ReadonlyMap<string, string>): ParsedVector {
  const metrics = METRICS[version].flatMap((metric) => {
    const value = values.get(metric.key);
    return value === undefined || value === notDefined(version) ? [] : [{ metric, value }];
  });
  const body = metrics.map(({ metric, value }) => `${metric.key}:${value}`).join('/');
  return { version, metrics, normalised: version === '2.0' ? body : `CVSS:${version}/${body}` };
}

function splitPrefix(word: string): { version: CvssVersion; body: string } | undefined {
  const prefix = /^CVSS:(\d+\.\d+)\//.exec(word);
  if (prefix) {
    const version = prefix[1] as CvssVersion;
    return Object.hasOwn(METRICS, version) ? { version, body: word.slice(prefix[0].length) } : undefined;
  }
  // The National Vulnerability Database writes v2 vectors in parentheses.
  const body = word.startsWith('(') && word.endsWith(')') ? word.slice(1, -1) : word;
  return /^[A-Za-z]{1,3}:/.test(body) && !/^cvss/i.test(body) ? { version: '2.0', body } : undefined;
}

function readMetrics(
  split: { version: CvssVersion; body: string },
  { field, word }: { field: Field; word: string },
  problems: FieldProblem[],
): Map<string, string> {
  const wrong = (message: string, sample: string) => problems.push(problem(message, sample, field));
  const known = METRICS[split.version];
  const values = new Map<string, string>();
  for (const part of split.body.split('/')) {
    const [key = '', value, ...rest] = part.split(':');
    const metric = known.find((one) => one.key === key);
    if (value === undefined || rest.length > 0) {
      wrong(`'${shown(part)}' in '${shown(word)}' is not of the form METRIC:VALUE`, 'AV:N');
    } else if (!metric) {
      wrong(unknownMetric(key, split.version), field === 'vector' ? EXAMPLE_VECTORS[split.version] : 'E:P');
    } else if (values.has(key)) {
      wrong(`${key} (${metric.name}) stands twice in '${shown(word)}'; expects it once`, example(metric));
    } else {
      values.set(key, value);
      const undefinedAllowed = metric.group !== 'base' && value === notDefined(split.version);
      if (!Object.hasOwn(metric.values, value) && !undefinedAllowed) {
        const message = `${key} (${metric.name}) has the unknown value '${shown(value)}'; ${expects(metric, split.version)}`;
        wrong(message, example(metric));
      }
    }
  }
  return values;
}

function unknownMetric(key: string, version: CvssVersion): string {
  const keys = METRICS[version].map((metric) => metric.key);
  const meant = keys.find((one) => one.toLowerCase() === key.toLowerCase()) ?? closest(key, keys);
  const hint = meant ? ` (did you mean ${meant}?)` : '';
  return `${shown(key) || 'an empty metric'} is not a metric of CVSS ${version}${hint}; expects ${keys.join(', ')}`;
}

function expects(metric: Metric, version?: CvssVersion): string {
  const values = Object.entries(metric.values).map(([value, meaning]) => `${value} (${meaning})`);
  if (version && metric.group !== 'base') values.push(`${notDefined(version)} (not defined)`);
  return `expects one of ${values.join(', ')}`;
}

function example(metric: Metric): string {
  return `${metric.key}:${Object.keys(metric.values)[0]}`;
}

function shown(text: string): string {
  return visibleText(text.length > 120 ? `${text.slice(0, 117)}…` : text);
}

function problem(message: string, sample: string, field: Field = 'vector'): FieldProblem {
  return { field, message, example: sample };
}

function refusal(problems: readonly FieldProblem[]): SentinelError {
  const first = problems[0];
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new SentinelError(
    'invalid-parameter',
    `${first?.field}: ${first?.message}, for example ${first?.example}.${more}`,
    {
      fields: problems.slice(0, 50),
    },
  );
}
