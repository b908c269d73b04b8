import { useQueryClient } from '@tanstack/react-query';
import { useProjectEvents } from '../../live/live.tsx';

/** What happens to reports shows at once. */
export function useReportsRefresh(): void {
  const client = useQueryClient();
  const refresh = () => void client.invalidateQueries({ queryKey: ['reports'] });
  useProjectEvents((events) => {
    if (events.some(({ type }) => type.startsWith('report.'))) refresh();
  }, refresh);
}
