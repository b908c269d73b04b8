export interface Quarter {
  /** `2026 Q3`. */
  name: string;
  from: string;
  until: string;
}

const SHOWN = 6;

/** The last quarters that are over, newest first, then the one that goes on. Days in UTC. */
export function quarters(now: number): Quarter[] {
  const today = new Date(now);
  const current = today.getUTCFullYear() * 4 + Math.floor(today.getUTCMonth() / 3);
  const over = Array.from({ length: SHOWN }, (_, at) => quarter(current - 1 - at));
  return [...over, quarter(current)];
}

function quarter(number: number): Quarter {
  const [year, part] = [Math.floor(number / 4), number % 4];
  const day = (month: number, date: number) =>
    new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);
  return { name: `${year} Q${part + 1}`, from: day(part * 3, 1), until: day(part * 3 + 3, 0) };
}
