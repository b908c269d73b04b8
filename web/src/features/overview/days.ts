import { useSearchParams } from 'react-router';

export const SPANS = [7, 30, 90] as const;
const USUAL = 30;

/** One span of time for all cards, in the address. */
export function useDays(): [number, (days: number) => void] {
  const [search, setSearch] = useSearchParams();
  const given = Number(search.get('days'));
  const days = SPANS.find((span) => span === given) ?? USUAL;
  const setDays = (next: number) => {
    const params = new URLSearchParams(search);
    if (next === USUAL) params.delete('days');
    else params.set('days', String(next));
    setSearch(params, { replace: true });
  };
  return [days, setDays];
}
