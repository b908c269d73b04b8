export interface Quarter {
  /** `2026 Q3`. */
  name: string;
  from: string;
  until: string;
}

/** That are over. */
const SHOWN = 6;

/** The quarter that goes on and the last ones that are over, newest first. Days in UTC. */
export function quarters(now: number): Quarter[] {
  const today = new Date(now);
  const current = today.getUTCFullYear() * 4 + Math.floor(today.getUTCMonth() / 3);
  return Array.from({ length: SHOWN + 1 }, (_, at) => quarter(current - at));
}

function quarter(number: number): Quarter {
  const [year, part] = [Math.floor(number / 4), number % 4];
  const day = (month: number, date: number) =>
    new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);
  return { name: `${year} Q${part + 1}`, from: day(part * 3, 1), until: day(part * 3 + 3, 0) };
}
