import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Badge } from '../../ui/badge.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Failure } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { type Asset, type AssetFacts, CRITICALITIES, EXPOSURES, setAsset } from './assets-api.ts';

interface AssetRowProps {
  asset: Asset;
  /** Open findings; undefined: not counted. */
  open: number | undefined;
  mayWrite: boolean;
}

export function AssetRow({ asset, open, mayWrite }: AssetRowProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const set = useMutation({
    mutationFn: (facts: AssetFacts) => setAsset(asset.id, facts),
    onSuccess: async () => {
      toast(t('assets.saved', { name: asset.name }));
      await client.invalidateQueries({ queryKey: ['assets'] });
    },
  });
  // What is on its way shows at once, and goes back when it is refused.
  const shown = { ...asset, ...(set.isPending ? set.variables : {}) };
  const list = `/findings?q=${encodeURIComponent(`is:open asset:${asset.id}`)}`;
  return (
    <li>
      <div className="rows-main">
        <p className="rows-title">
          <bdi className="break" translate="no">
            {asset.name}
          </bdi>
          <Badge>{asset.kind}</Badge>
        </p>
        <p className="rows-facts">
          <Link to={list}>
            {open === undefined ? t('assets.openFindings') : t('assets.open', { count: open })}
          </Link>
          <span>
            {t('assets.since')} <When time={asset.created} />
          </span>
        </p>
        {set.error ? <Failure error={set.error} /> : null}
      </div>
      <div className="asset-facts">
        <SelectInput
          id={`criticality-${asset.id}`}
          label={t('assets.criticality')}
          aria-label={t('assets.criticalityOf', { name: asset.name })}
          disabled={!mayWrite}
          value={shown.criticality ?? ''}
          onChange={(value) =>
            set.mutate({ criticality: CRITICALITIES.find((one) => one === value) ?? null })
          }
          options={[
            { value: '', label: t('assets.unknown') },
            ...CRITICALITIES.map((value) => ({ value, label: t(`assets.is.${value}`) })),
          ]}
        />
        <SelectInput
          id={`exposure-${asset.id}`}
          label={t('assets.exposure')}
          aria-label={t('assets.exposureOf', { name: asset.name })}
          disabled={!mayWrite}
          value={shown.exposure ?? ''}
          onChange={(value) => set.mutate({ exposure: EXPOSURES.find((one) => one === value) ?? null })}
          options={[
            { value: '', label: t('assets.unknown') },
            ...EXPOSURES.map((value) => ({ value, label: t(`assets.is.${value}`) })),
          ]}
        />
      </div>
    </li>
  );
}
