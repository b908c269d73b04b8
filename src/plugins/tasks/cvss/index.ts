import * as z from 'zod';
import { defineTask } from '../../../plugin/task.ts';
import { type ParsedVector, parseVectors } from './parse.ts';
import { RATINGS, scoresOf } from './score.ts';

const Score = z.object({ name: z.string(), score: z.number(), rating: z.enum(RATINGS) });

const ScoredVector = z.object({
  version: z.enum(['2.0', '3.0', '3.1', '4.0']),
  vector: z
    .string()
    .meta({ description: 'Normalised: order of the specification, undefined metrics left out.' }),
  nomenclature: z
    .string()
    .nullable()
    .meta({ description: 'Which groups the v4.0 score used: CVSS-B, -BT, -BE, -BTE.' }),
  score: z.number().meta({ description: 'The score of the whole vector.' }),
  rating: z.enum(RATINGS),
  scores: z.array(Score),
  metrics: z.array(
    z.object({
      group: z.string(),
      metric: z.string(),
      name: z.string(),
      value: z.string(),
      meaning: z.string(),
    }),
  ),
});
type ScoredVector = z.infer<typeof ScoredVector>;

const Params = z.object({
  vector: z
    .string()
    .max(2_000_000)
    .meta({
      kind: 'vector',
      title: 'CVSS vector',
      description: 'One vector, or several separated by whitespace. CVSS v2.0, v3.0, v3.1 and v4.0.',
      examples: ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'],
    }),
});

const Output = z.object({ vectors: z.array(ScoredVector) });

export default defineTask({
  id: 'cvss',
  title: 'CVSS score',
  summary: 'Scores CVSS vectors of every version and says in words what they mean.',
  description:
    'Reads CVSS v2.0, v3.0, v3.1 and v4.0 vectors and gives the base score, the temporal or threat score and the ' +
    'environmental score, each with its rating, the normalised vector and every metric in words. A vector with an ' +
    'unknown, doubled or missing metric is refused with the name of the metric and what it expects.',
  category: 'vulnerability',
  version: 1,
  touches: 'nothing',
  needs: [],
  params: Params,
  output: Output,
  rules: {},
  examples: [
    { title: 'One v3.1 vector', params: { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' } },
    {
      title: 'A v4.0 vector with threat metrics, and a v2 vector',
      params: {
        vector:
          'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:P AV:N/AC:L/Au:N/C:P/I:P/A:P/E:F/RL:OF/RC:C',
      },
    },
  ],
  async *run(ctx) {
    const parsed = parseVectors(ctx.params.vector);
    const vectors: ScoredVector[] = [];
    for (const vector of parsed) {
      ctx.signal.throwIfAborted();
      vectors.push(describe(vector));
      if (vectors.length % 1_000 === 0)
        yield { type: 'progress', done: vectors.length, total: parsed.length };
    }
    yield { type: 'progress', done: parsed.length, total: parsed.length };
    return { vectors };
  },
});

function describe(vector: ParsedVector): ScoredVector {
  const scores = scoresOf(vector);
  const whole = scores.at(-1);
  if (!whole) throw new Error('a parsed vector has a base score');
  return {
    version: vector.version,
    vector: vector.normalised,
    nomenclature: vector.version === '4.0' ? whole.name : null,
    score: whole.score,
    rating: whole.rating,
    scores,
    metrics: vector.metrics.map(({ metric, value }) => ({
      group: metric.group,
      metric: metric.key,
      name: metric.name,
      value,
      meaning: metric.values[value] ?? value,
    })),
  };
}
