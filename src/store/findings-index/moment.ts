const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** From (included) to (excluded) in milliseconds. */
export interface Moment {
  from: number;
  to: number;
}

/** `2026-01-31` is a whole day (UTC), `2026-01-31T12:00Z` a minute, `…:07Z` a second, `7d` the millisecond 7 days ago, or in 7 days. */
export function readMoment(
  text: string,
  now: number,
  towards: 'past' | 'future' = 'past',
): Moment | undefined {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) {
    const distance = Number(count) * UNITS[unit as keyof typeof UNITS];
    const at = towards === 'past' ? now - distance : now + distance;
    return { from: at, to: at + 1 };
  }
  const parts = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(:\d\d)?(\.\d{3})?(?:Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (!parts) return undefined;
  const [, day, time, seconds, thousandths] = parts;
  // Without a zone, Date would take the server's own.
  const zoned = time === undefined || /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`;
  const from = Date.parse(zoned);
  // Date takes the 31st of February for the 3rd of March.
  if (Number.isNaN(from) || new Date(`${day}T00:00Z`).toISOString().slice(0, 10) !== day) return undefined;
  const length = thousandths ? 1 : seconds ? 1_000 : time ? UNITS.m : UNITS.d;
  return { from, to: from + length };
}
