import { useQuery } from '@tanstack/react-query';
import { Crosshair, FlaskConical } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../../app/session.ts';
import { scopeQuery } from '../../scope/queries.ts';
import { SAMPLE } from './sample.ts';

/** What a path may be over the API: the sample that ships with the product, or a folder of the authorised scope. */
export function PathSuggestions({ onPick }: { onPick: (path: string) => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const scope = useQuery({ ...scopeQuery, enabled: may('scope:read') });
  const folders = scope.data?.items.filter((entry) => entry.kind === 'path') ?? [];
  return (
    <div className="suggestions">
      <button type="button" className="suggestion" onClick={() => onPick(SAMPLE)}>
        <FlaskConical size={14} aria-hidden="true" />
        {t('form.sample')}
      </button>
      {folders.map((entry) => (
        <button key={entry.id} type="button" className="suggestion mono" onClick={() => onPick(entry.value)}>
          {entry.value}
        </button>
      ))}
      {may('scope:write') ? (
        <Link to="/scope" className="suggestion-link">
          <Crosshair size={14} aria-hidden="true" />
          {folders.length > 0 ? t('form.manageScope') : t('form.addFolder')}
        </Link>
      ) : null}
    </div>
  );
}
