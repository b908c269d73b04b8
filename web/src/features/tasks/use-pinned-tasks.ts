import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { settingsApi } from '../../api/system-api.ts';
import { toast } from '../../ui/toast.tsx';
import { userSettingsQuery } from '../overview/queries.ts';

/** Tasks that somebody wants first, on every machine that they use. Shown at once; taken back when the server refuses. */
export function usePinnedTasks(): {
  ids: readonly string[];
  /** Not known yet. */
  loading: boolean;
  toggle(task: string): void;
} {
  const { t } = useTranslation();
  const client = useQueryClient();
  const settings = useQuery(userSettingsQuery);
  const ids = settings.data?.pinnedTasks ?? [];
  const { queryKey } = userSettingsQuery;
  const save = useMutation({
    mutationFn: (pinnedTasks: string[]) => settingsApi.update({ pinnedTasks }),
    async onMutate(pinnedTasks) {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (now) => now && { ...now, pinnedTasks });
      return before;
    },
    onError(_error, _wanted, before) {
      if (before) client.setQueryData(queryKey, before);
      toast(t('catalogue.notKept'), 'failed');
    },
    onSuccess: (saved) => client.setQueryData(queryKey, saved),
  });
  return {
    ids,
    loading: settings.isLoading,
    toggle: (task) => save.mutate(ids.includes(task) ? ids.filter((id) => id !== task) : [...ids, task]),
  };
}
