import * as z from 'zod';
import type { FlowStep } from '../../model/finding.ts';
import { fileAt, regionOf } from '../shared/place.ts';
import { oneLine } from '../shared/text.ts';

const Position = z.object({ line: z.number(), col: z.number().optional() });
const Place = z.object({ path: z.string(), start: Position, end: Position });
const Trace = z.object({
  taint_source: z.unknown().optional(),
  intermediate_vars: z.unknown().optional(),
  taint_sink: z.unknown().optional(),
});
const Variable = z.object({ location: Place, content: z.string().optional() });
const MAX_STEPS = 200;

/**
 * The way of the data. Source and sink are `["CliLoc", [place, code]]`, or `["CliCall", [[place, code], variables, source or sink
 * inside the call]]`. What has another shape is no step.
 */
export function flowOf(given: unknown): FlowStep[] {
  const trace = Trace.safeParse(given).data;
  if (!trace) return [];
  return [
    ...endOf(trace.taint_source, 'Source', 0),
    ...variablesOf(trace.intermediate_vars),
    ...endOf(trace.taint_sink, 'Sink', 0),
  ].slice(0, MAX_STEPS);
}

function endOf(given: unknown, word: string, depth: number): FlowStep[] {
  if (!Array.isArray(given) || depth > 20) return [];
  const [kind, body] = given as unknown[];
  if (!Array.isArray(body)) return [];
  if (kind === 'CliLoc') return stepOf(body, word);
  if (kind !== 'CliCall') return [];
  const [call, variables, inside] = body as unknown[];
  return [
    ...stepOf(call, `${word}, in this call`),
    ...variablesOf(variables),
    ...endOf(inside, word, depth + 1),
  ];
}

function variablesOf(given: unknown): FlowStep[] {
  if (!Array.isArray(given)) return [];
  return given.slice(0, MAX_STEPS).flatMap((one) => {
    const variable = Variable.safeParse(one).data;
    return variable ? stepOf([variable.location, variable.content], 'Through') : [];
  });
}

function stepOf(given: unknown, word: string): FlowStep[] {
  if (!Array.isArray(given)) return [];
  const place = Place.safeParse(given[0]).data;
  if (!place) return [];
  const { path, start, end } = place;
  const code = typeof given[1] === 'string' && given[1] !== '' ? `: ${oneLine(given[1], 200)}` : '';
  return [{ at: fileAt(path, regionOf(start.line, start.col, end.line, end.col)), note: `${word}${code}` }];
}
