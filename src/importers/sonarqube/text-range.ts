import * as z from 'zod';
import type { Region } from '../../model/location.ts';
import { regionOf } from '../shared/place.ts';

export const TextRange = z.object({
  startLine: z.number().nullish(),
  endLine: z.number().nullish(),
  startOffset: z.number().nullish(),
  endOffset: z.number().nullish(),
});

/** Its lines count from one and its columns from none. */
export function rangeOf(
  range: z.infer<typeof TextRange> | null | undefined,
  line?: number | null,
): Region | undefined {
  return regionOf(
    range?.startLine ?? line,
    columnOf(range?.startOffset),
    range?.endLine,
    columnOf(range?.endOffset),
  );
}

function columnOf(offset: number | null | undefined): number | undefined {
  return offset == null ? undefined : offset + 1;
}
