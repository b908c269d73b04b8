import * as z from 'zod';
import { defineTask } from '../../src/plugin/task.ts';

/** Asks for a secret and tells it in every way that a task can tell something. Exists in a test's copy of the product only. */
export default defineTask({
  id: 'leaker',
  title: 'Leaker',
  summary: 'Tells a secret everywhere.',
  description: 'For a test.',
  category: 'secrets',
  version: 1,
  touches: 'nothing',
  needs: ['secret'],
  params: z.object({
    credential: z.string().meta({ kind: 'secret-ref' }),
    ask: z.string().optional(),
    end: z.enum(['well', 'throw', 'crash']).default('well'),
  }),
  output: z.object({ told: z.string(), nested: z.array(z.record(z.string(), z.string())) }),
  rules: { told: { title: 'A secret', severity: 'high', why: 'None.', fix: 'None.' } },
  examples: [],
  async *run(ctx) {
    const value = await ctx.secret(ctx.params.ask ?? ctx.params.credential);
    const forms = [
      value,
      encodeURIComponent(value),
      JSON.stringify(value),
      Buffer.from(value).toString('base64'),
      `Bearer ${value}`,
    ].join(' | ');
    for (const level of ['debug', 'info', 'warn', 'error'] as const) ctx.log(level, `the value is ${forms}`);
    yield { type: 'progress', done: 1, total: 2, note: forms };
    yield { type: 'problem', at: `at ${value}`, code: 'told', message: forms };
    yield {
      type: 'rule',
      id: 'late',
      text: { title: `late ${value}`, severity: 'low', why: forms, fix: forms },
    };
    for (const rule of ['told', 'late'] as const)
      yield {
        type: 'finding',
        rule: rule as 'told',
        at: { kind: 'file', path: `src/${value}.txt`, region: { startLine: 1 } },
        key: [value, rule],
        message: forms,
        evidence: forms,
        excerpt: { firstLine: 1, lines: [forms] },
        flow: [{ at: { kind: 'file', path: `flow/${value}` }, note: forms }],
      } as never;
    const bytes = Buffer.from(`start ${forms} end`);
    yield {
      type: 'artifact',
      name: `artifact-${value}.txt`,
      mediaType: 'text/plain',
      // Byte by byte: the value never is in one piece.
      body: Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)),
    };
    yield { type: 'covered', at: { kind: 'file', path: `src/${value}.txt` } as never };
    if (ctx.params.end === 'throw') throw new Error(`failed with ${forms}`);
    if (ctx.params.end === 'crash') {
      process.stderr.write(`crashed with ${value}\n`);
      process.abort();
    }
    return { told: forms, nested: [{ [value]: value }] };
  },
});
