import * as z from 'zod';
import { defineTask } from '../../src/plugin/task.ts';

/** Floods its output: findings and log lines as fast as the host takes them. Exists in the benchmark's copy of the product only. */
export default defineTask({
  id: 'flood',
  title: 'Flood',
  summary: 'Reports findings and log lines as fast as it can.',
  description: 'For the benchmark.',
  category: 'code',
  version: 1,
  touches: 'nothing',
  needs: [],
  params: z.object({ seed: z.string(), seconds: z.number() }),
  output: z.object({ reported: z.int() }),
  rules: { flood: { title: 'A finding', severity: 'low', why: 'None.', fix: 'None.' } },
  examples: [],
  async *run(ctx) {
    const end = ctx.now() + ctx.params.seconds * 1000;
    const lines = Array.from(
      { length: 20 },
      () => 'const value = compute(input, options); // a line of code',
    );
    let index = 0;
    for (; ctx.now() < end; index += 1) {
      ctx.log('info', `line ${index} of a run that says what it does, at some length`);
      yield {
        type: 'finding',
        rule: 'flood',
        at: { kind: 'file', path: `src/file-${index % 5000}.ts`, region: { startLine: 1 + (index % 300) } },
        key: [ctx.params.seed, String(index)],
        message: 'A finding of usual length, with some words in it.',
        excerpt: { firstLine: 1, lines },
      };
    }
    return { reported: index };
  },
});
