import Button from '@mui/material/Button';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/states.tsx';
import '../../ui/rows.css';

interface Pages<T> {
  isPending: boolean;
  isError: boolean;
  error: unknown;
  dataUpdatedAt: number;
  refetch: () => unknown;
  data: { pages: readonly { items: readonly T[] }[] } | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

interface PagedListProps<T> {
  query: Pages<T>;
  label: string;
  empty: ReactNode;
  keyOf: (item: T) => string;
  row: (item: T) => ReactNode;
}

/** A short list that may go on: its rows, why there are none, and the next page. */
export function PagedList<T>({ query, label, empty, keyOf, row }: PagedListProps<T>) {
  const { t } = useTranslation();
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Loaded query={query} rows={3}>
      {items.length === 0 ? (
        empty
      ) : (
        <ul className="card rows" aria-label={label}>
          {items.map((item) => (
            <li key={keyOf(item)}>{row(item)}</li>
          ))}
        </ul>
      )}
      {query.hasNextPage ? (
        <div className="rows-foot">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('action.more')}
          </Button>
        </div>
      ) : null}
    </Loaded>
  );
}
