import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Boxes } from 'lucide-react';
import { useDeferredValue, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { useKeys } from '../../app/use-keys.ts';
import { Section } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { AssetRow } from './asset-row.tsx';
import { assetsQuery, openByAssetQuery } from './assets-api.ts';
import { SignalsPart } from './signals-part.tsx';
import '../../ui/rows.css';
import './assets.css';

/** What was examined, how much each matters and from where it can be reached; and the signals that priorities go by. */
export function AssetsPart() {
  const { t } = useTranslation();
  const mayWrite = useMay()('policy:write');
  const [search, setSearch] = useSearchParams();
  const q = search.get('q') ?? '';
  const unknown = search.has('unknown');
  const query = useInfiniteQuery(assetsQuery(useDeferredValue(q), unknown));
  const open = useQuery(openByAssetQuery);
  const box = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => box.current?.focus() });
  const set = (change: { q?: string; unknown?: boolean }) => {
    const next = { q, unknown, ...change };
    setSearch(
      { ...(next.q ? { q: next.q } : {}), ...(next.unknown ? { unknown: 'true' } : {}) },
      { replace: true },
    );
  };
  const assets = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const counts = open.data?.facets.asset;
  const countOf = (asset: string) =>
    counts?.values.find(({ value }) => value === asset)?.count ?? (counts?.more === 0 ? 0 : undefined);
  return (
    <>
      <Section title={t('assets.title')}>
        <p className="muted prose">{t('assets.lead')}</p>
        <div className="asset-filters">
          <SearchField
            label={t('assets.search')}
            shortcut="/"
            inputRef={box}
            value={q}
            onChange={(event) => set({ q: event.target.value })}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={unknown}
              onChange={(event) => set({ unknown: event.target.checked })}
            />
            <span>{t('assets.onlyUnknown')}</span>
          </label>
        </div>
        <Loaded query={query} rows={4}>
          {assets.length === 0 ? (
            q || unknown ? (
              <Empty
                title={t('assets.noneFit')}
                action={<Link to="/project/assets">{t('assets.showAll')}</Link>}
              />
            ) : (
              <Empty
                title={t('assets.none')}
                icon={<Boxes size={22} />}
                action={<Link to="/tasks">{t('runs.start')}</Link>}
              >
                {t('assets.noneHint')}
              </Empty>
            )
          ) : (
            <ul className="card rows" aria-label={t('assets.title')}>
              {assets.map((asset) => (
                <AssetRow key={asset.id} asset={asset} open={countOf(asset.id)} mayWrite={mayWrite} />
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
      </Section>
      <SignalsPart />
    </>
  );
}
