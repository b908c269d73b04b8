import * as z from 'zod';
import { defineTask } from '../../../plugin/task.ts';
import { type ParsedVector, readVectors } from './parse.ts';
import { macroVectorOf, RATINGS, scoresOf, subScoresOf } from './score.ts';

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
  subScores: z
    .array(z.object({ name: z.string(), score: z.number() }))
    .meta({ description: 'Impact and exploitability of v2 and v3; v4.0 defines none.' }),
  macroVector: z.string().nullable().meta({ description: 'v4.0: the six equivalence classes.' }),
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
  overrides: z
    .string()
    .max(400)
    .default('')
    .meta({
      kind: 'text',
      title: 'Overrides',
      description: 'Metrics that replace those of each vector: what is known here of threat and environment.',
      examples: ['E:A/CR:H'],
      advanced: true,
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
    'unknown, doubled, missing or (in v2.0 and v4.0) misplaced metric is refused with the name of the metric and what it ' +
    'expects; the other vectors are scored all the same. `overrides` adds what you know of the threat and of your own ' +
    'environment to all of them. Version 2.0 has no ratings of its own: those of the National Vulnerability Database are used.',
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
    {
      title: 'Attacked in the wild, and confidentiality matters here',
      params: {
        vector: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
        overrides: 'E:A/CR:H',
      },
    },
  ],
  async *run(ctx) {
    const { parsed, refused } = readVectors(ctx.params.vector, ctx.params.overrides);
    for (const { word, problems } of refused) {
      const message = problems.map((one) => `${one.message}, for example ${one.example}`).join('; ');
      yield { type: 'problem', at: word, code: 'invalid-parameter', message };
    }
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
    subScores: subScoresOf(vector),
    macroVector: macroVectorOf(vector),
    metrics: vector.metrics.map(({ metric, value }) => ({
      group: metric.group,
      metric: metric.key,
      name: metric.name,
      value,
      meaning: metric.values[value] ?? value,
    })),
  };
}
