import IconButton from '@mui/material/IconButton';
import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Loaded } from '../../ui/states.tsx';
import { FindingDetail } from './finding-detail.tsx';
import { findingQuery } from './queries.ts';
import type { Decisions } from './use-decisions.tsx';

interface PeekProps {
  id: string;
  decisions: Decisions;
  onClose: () => void;
}

/** The finding beside its list: j and k go on in the list, Esc goes back to the row. */
export function Peek({ id, decisions, onClose }: PeekProps) {
  const { t } = useTranslation();
  const query = useQuery(findingQuery(id));
  return (
    <aside className="card peek" aria-label={t('finding.panel')}>
      <div className="peek-head">
        <span className="muted small grow">
          <kbd>j</kbd> <kbd>k</kbd> {t('finding.moveOn')}
        </span>
        <Link to={`/findings/${encodeURIComponent(id)}`}>{t('finding.open')}</Link>
        <IconButton onClick={onClose} aria-label={t('action.close')}>
          <X size={18} aria-hidden="true" />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard */}
      <section className="peek-body" tabIndex={0} aria-label={t('finding.panel')}>
        <Loaded query={query}>
          {query.data ? (
            <>
              <h2 className="break">{query.data.title}</h2>
              <FindingDetail key={id} finding={query.data} decisions={decisions} />
            </>
          ) : null}
        </Loaded>
      </section>
    </aside>
  );
}
