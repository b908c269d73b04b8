import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { assetNamesQuery } from '../assets/assets-api.ts';
import { type Scope, SPANS } from './scope.ts';

/** For all cards at once. */
export function ScopeFields({ scope }: { scope: Scope }) {
  const { t } = useTranslation();
  const may = useMay();
  const assets = useQuery({ ...assetNamesQuery, enabled: may('finding:read') });
  const items = assets.data?.items ?? [];
  const gone = scope.asset !== '' && !items.some(({ id }) => id === scope.asset);
  return (
    <>
      <label className="row">
        <span className="muted small">{t('home.span')}</span>
        <select
          className="input"
          value={scope.days}
          onChange={(event) => scope.setDays(Number(event.target.value))}
        >
          {SPANS.map((span) => (
            <option key={span} value={span}>
              {t('home.days', { count: span })}
            </option>
          ))}
        </select>
      </label>
      {items.length > 0 || scope.asset ? (
        <label className="row home-scope">
          <span className="muted small">{t('scopeOf.asset')}</span>
          <select
            className="input"
            value={scope.asset}
            onChange={(event) => scope.setAsset(event.target.value)}
          >
            <option value="">{t('scopeOf.everything')}</option>
            {gone ? <option value={scope.asset}>{scope.asset}</option> : null}
            {items.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      ) : null}
    </>
  );
}
