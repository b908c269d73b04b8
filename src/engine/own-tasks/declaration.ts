import * as z from 'zod';
import { fieldProblems } from '../../lib/field-problems.ts';
import { visibleText } from '../../lib/visible-text.ts';
import { RuleText } from '../../model/rule.ts';
import { Category, PARAM_KINDS } from '../../model/task-info.ts';
import { POWER_NAMES } from '../../plugin/task.ts';
import type { OwnTask } from './own-task.ts';
import { PluginProblem } from './plugin-problem.ts';

const MAX_BYTES = 512 * 1024;
const MAX_DEPTH = 24;

const text = (max: number) => z.string().min(1).max(max);
const Id = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'expects words such as my-check, in small letters')
  .max(60);

const ParamSchema = z.looseObject({ kind: z.enum(PARAM_KINDS).optional(), target: z.boolean().optional() });

/** What a plug-in says about a task, as it comes out of the confined process. */
export const Declaration = z
  .object({
    id: Id,
    title: text(100),
    summary: text(300),
    description: text(20_000),
    category: Category,
    version: z.int().min(1).max(1_000_000),
    touches: z.enum(['nothing', 'reads-target', 'changes-target']),
    needs: z
      .array(z.enum(POWER_NAMES))
      .max(20)
      .refine((list) => new Set(list).size === list.length, 'expects each power once'),
    params: z.looseObject({
      type: z.literal('object'),
      properties: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,59}$/), ParamSchema).default({}),
    }),
    output: z.record(z.string(), z.unknown()).nullable(),
    rules: z
      .record(Id, RuleText)
      .refine((rules) => Object.keys(rules).length <= 5_000, 'expects at most 5000 rules'),
    examples: z.array(z.object({ title: text(200), params: z.record(z.string(), z.unknown()) })).max(50),
    limits: z
      .object({
        memoryMb: z.int().min(64).max(1_048_576).optional(),
        timeSeconds: z.int().min(1).max(604_800).optional(),
      })
      .optional(),
  })
  .refine(
    ({ touches, needs }) => touches !== 'nothing' || !(needs.includes('read') || needs.includes('net')),
    {
      path: ['touches'],
      error: 'expects reads-target or changes-target, because it needs read or net',
    },
  );
export type Declaration = z.infer<typeof Declaration>;

/** Checks what a plug-in said about the task in `module`; throws what is wrong with it. */
export function readDeclaration(module: string, said: unknown): Declaration {
  const json = JSON.stringify(said) ?? 'null';
  if (json.length > MAX_BYTES) throw new PluginProblem(module, `declares more than ${MAX_BYTES / 1024} KB`);
  if (depthOf(json) > MAX_DEPTH) throw new PluginProblem(module, 'declares what is nested too deeply');
  const plain = visible(JSON.parse(json));
  const read = Declaration.safeParse(plain);
  if (read.success) return read.data;
  const [problem] = fieldProblems(Declaration, plain, read.error.issues, { noun: 'field' });
  throw new PluginProblem(module, `${problem?.field ?? 'it'} ${problem?.message ?? 'cannot be read'}`);
}

/** The task as registry and engine see it. Its own schema has the last word, in its process. */
export function toTask(
  declaration: Declaration,
  from: { plugin: string; hash: string; module: string },
): OwnTask {
  const { params, output, limits, ...rest } = declaration;
  return {
    ...rest,
    ...(limits === undefined ? {} : { limits: defined(limits) }),
    params: hostSchema(from.module, params),
    own: { ...from, params, output },
    // biome-ignore lint/correctness/useYield: it is never run here
    async *run() {
      throw new Error('a task of a plug-in runs in a process of its own only');
    },
  };
}

function defined(limits: { memoryMb?: number | undefined; timeSeconds?: number | undefined }) {
  return {
    ...(limits.memoryMb === undefined ? {} : { memoryMb: limits.memoryMb }),
    ...(limits.timeSeconds === undefined ? {} : { timeSeconds: limits.timeSeconds }),
  };
}

/** A first check in the server. Without patterns: one of others could keep the server busy for ever. */
function hostSchema(module: string, params: Declaration['params']): z.ZodObject {
  let schema: z.ZodType;
  try {
    schema = z.fromJSONSchema(withoutPatterns(params) as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (cause) {
    const why = cause instanceof RangeError ? 'they refer to themselves' : String(cause);
    throw new PluginProblem(module, `params cannot be checked: ${why}`, cause);
  }
  if (schema instanceof z.ZodObject) return schema;
  throw new PluginProblem(module, 'params expects a plain z.object({ … })');
}

function withoutPatterns(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPatterns);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, one]) => !(key === 'pattern' && typeof one === 'string') && key !== 'patternProperties',
  );
  return Object.fromEntries(entries.map(([key, one]) => [key, withoutPatterns(one)]));
}

/** Nothing in a text of others moves the cursor of a terminal or turns the direction of reading. */
function visible(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value);
  if (Array.isArray(value)) return value.map(visible);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [visibleText(key), visible(one)]));
}

/** Counted in the text: a walk of the value itself could be too deep already. */
function depthOf(json: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') most = Math.max(most, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return most;
}
