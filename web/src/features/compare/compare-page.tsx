import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeftRight, GitCompare } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Page } from '../../ui/page.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Empty } from '../../ui/states.tsx';
import { assetNamesQuery } from '../assets/assets-api.ts';
import { ReportsNav } from '../reports/reports-nav.tsx';
import { SECTIONS } from './compare-api.ts';
import { Comparison } from './comparison.tsx';
import { isWhole, SideFields } from './side-fields.tsx';
import './compare.css';

/** `/compare?from=@7d&to=@now&section=fixed`: what is compared stands in the address. */
export function ComparePage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const assets = useQuery(assetNamesQuery);
  const from = search.get('from') ?? '@7d';
  const to = search.get('to') ?? '@now';
  const asset = search.get('asset') ?? '';
  const section = SECTIONS.find((one) => one === search.get('section')) ?? 'new';
  const set = (change: Record<string, string>) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(change)) {
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      },
      { replace: true },
    );
  const times = from.startsWith('@') && to.startsWith('@');
  const sides = { from, to, asset: times ? asset : '' };
  return (
    <Page title={t('comparison.title')} lead={t('comparison.lead')}>
      <ReportsNav />
      <div className="compare-sides">
        <SideFields
          id="compare-from"
          label={t('comparison.older')}
          side={from}
          onChange={(side) => set({ from: side })}
        />
        <Button
          startIcon={<ArrowLeftRight size={16} />}
          onClick={() => set({ from: to, to: from })}
          className="compare-swap"
        >
          {t('comparison.swap')}
        </Button>
        <SideFields
          id="compare-to"
          label={t('comparison.newer')}
          side={to}
          onChange={(side) => set({ to: side })}
        />
      </div>
      {times ? (
        <div className="compare-asset">
          <SelectInput
            id="compare-asset"
            label={t('comparison.asset')}
            value={asset}
            onChange={(value) => set({ asset: value })}
            options={[
              { value: '', label: t('comparison.everyAsset') },
              ...(assets.data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
            ]}
          />
        </div>
      ) : null}
      {isWhole(from) && isWhole(to) ? (
        <Comparison
          key={`${from} ${to} ${sides.asset}`}
          sides={sides}
          section={section}
          onSection={(next) => set({ section: next })}
        />
      ) : (
        <Empty title={t('comparison.choose')} icon={<GitCompare size={22} />}>
          {t('comparison.chooseHint')}
        </Empty>
      )}
    </Page>
  );
}
