import { closest } from '../../../lib/closest.ts';
import { type FieldProblem, SentinelError } from '../../../lib/errors.ts';
import { type CvssVersion, EXAMPLE_VECTORS, METRICS, type Metric, notDefined } from './metrics.ts';

export interface ParsedVector {
  version: CvssVersion;
  /** Defined metrics only, in the order of the specification. */
  metrics: readonly { metric: Metric; value: string }[];
  normalised: string;
}

const MAX_VECTORS = 10_000;

/** One or several vectors, separated by whitespace. Throws `invalid-parameter` with every problem that was found. */
export function parseVectors(text: string): ParsedVector[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0)
    throw refusal([problem('expects at least one CVSS vector', EXAMPLE_VECTORS['3.1'])]);
  if (words.length > MAX_VECTORS) {
    throw new SentinelError('too-large', `vector: ${words.length} vectors; at most ${MAX_VECTORS} at once.`);
  }
  const problems: FieldProblem[] = [];
  const parsed = words.map((word) => parseVector(word, problems));
  if (problems.length > 0) throw refusal(problems);
  return parsed.filter((vector) => vector !== undefined);
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
  const values = readMetrics(split, word, problems);
  for (const metric of METRICS[split.version]) {
    if (metric.group === 'base' && !values.has(metric.key)) {
      problems.push(
        problem(
          `${metric.key} (${metric.name}) is missing in '${shown(word)}'; ${expects(metric)}`,
          example(metric),
        ),
      );
    }
  }
  return assemble(split.version, values);
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
  word: string,
  problems: FieldProblem[],
): Map<string, string> {
  const known = METRICS[split.version];
  const values = new Map<string, string>();
  for (const part of split.body.split('/')) {
    const [key = '', value, ...rest] = part.split(':');
    const metric = known.find((one) => one.key === key);
    if (value === undefined || rest.length > 0) {
      problems.push(problem(`'${shown(part)}' in '${shown(word)}' is not of the form METRIC:VALUE`, 'AV:N'));
    } else if (!metric) {
      problems.push(unknownMetric(key, split.version));
    } else if (values.has(key)) {
      problems.push(
        problem(`${key} (${metric.name}) stands twice in '${shown(word)}'; expects it once`, example(metric)),
      );
    } else {
      values.set(key, value);
      const undefinedAllowed = metric.group !== 'base' && value === notDefined(split.version);
      if (!Object.hasOwn(metric.values, value) && !undefinedAllowed) {
        const message = `${key} (${metric.name}) has the unknown value '${shown(value)}'; ${expects(metric, split.version)}`;
        problems.push(problem(message, example(metric)));
      }
    }
  }
  return values;
}

function unknownMetric(key: string, version: CvssVersion): FieldProblem {
  const keys = METRICS[version].map((metric) => metric.key);
  const meant = keys.find((one) => one.toLowerCase() === key.toLowerCase()) ?? closest(key, keys);
  const hint = meant ? ` (did you mean ${meant}?)` : '';
  return problem(
    `${shown(key) || 'an empty metric'} is not a metric of CVSS ${version}${hint}; expects ${keys.join(', ')}`,
    EXAMPLE_VECTORS[version],
  );
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
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

function problem(message: string, sample: string): FieldProblem {
  return { field: 'vector', message, example: sample };
}

function refusal(problems: readonly FieldProblem[]): SentinelError {
  const first = problems[0];
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new SentinelError(
    'invalid-parameter',
    `vector: ${first?.message}, for example ${first?.example}.${more}`,
    {
      fields: problems.slice(0, 50),
    },
  );
}
