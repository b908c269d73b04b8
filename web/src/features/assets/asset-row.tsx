import Button from '@mui/material/Button';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Badge } from '../../ui/badge.tsx';
import { SelectInput } from '../../ui/select-input.tsx';
import { Failure } from '../../ui/states.tsx';
import { Theirs } from '../../ui/theirs.tsx';
import { When } from '../../ui/time.tsx';
import type { Asset } from './assets-api.ts';
import { KNOWN, useFact } from './use-fact.ts';

interface AssetRowProps {
  asset: Asset;
  /** Open findings; undefined: not counted. */
  open: number | undefined;
  mayWrite: boolean;
}

export function AssetRow({ asset, open, mayWrite }: AssetRowProps) {
  const { t } = useTranslation();
  const facts = [useFact(asset, 'criticality'), useFact(asset, 'exposure')];
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
        {facts.map(({ fact, error, conflict, pending }) =>
          error || conflict ? (
            <div key={fact} className="asset-said">
              {error ? <Failure error={error} /> : null}
              {conflict ? (
                <>
                  <Theirs theirs={conflict.theirs} yours={conflict.yours} />
                  <div className="row wrap">
                    <Button size="small" loading={pending} onClick={conflict.save}>
                      {t('action.save')}
                    </Button>
                    <Button size="small" disabled={pending} onClick={() => void conflict.leave()}>
                      {t('conflict.keepTheirs')}
                    </Button>
                  </div>
                </>
              ) : null}
            </div>
          ) : null,
        )}
      </div>
      <div className="asset-facts">
        {facts.map(({ fact, value, choose }) => (
          <SelectInput
            key={fact}
            id={`${fact}-${asset.id}`}
            label={t(`assets.${fact}`)}
            aria-label={t(`assets.${fact}Of`, { name: asset.name })}
            disabled={!mayWrite}
            value={value}
            onChange={choose}
            options={[
              { value: '', label: t('assets.unknown') },
              ...KNOWN[fact].map((one) => ({ value: one, label: t(`assets.is.${one}`) })),
            ]}
          />
        ))}
      </div>
    </li>
  );
}
