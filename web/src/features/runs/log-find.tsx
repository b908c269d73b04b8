import { ChevronDown, ChevronUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { SearchField } from '../../ui/search-field.tsx';

interface LogFindProps {
  words: string;
  onWords(words: string): void;
  found: { total: number; lines: readonly number[] } | undefined;
  looking: boolean;
  hit: number;
  onHit(hit: number): void;
}

/** Words, how often they occur in the whole log, and steps from one to the next. */
export function LogFind({ words, onWords, found, looking, hit, onHit }: LogFindProps) {
  const { t } = useTranslation();
  const most = found?.lines.length ?? 0;
  const step = (by: number) => onHit((hit + by + most) % Math.max(1, most));
  return (
    <>
      <SearchField
        type="search"
        label={t('log.find')}
        value={words}
        onChange={(event) => onWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
        }}
      />
      {words.trim() ? (
        <span className="row">
          <span className="muted small" role="status">
            {looking || !found
              ? t('logMore.looking')
              : found.total === 0
                ? t('log.noHit')
                : t(found.total > most ? 'logMore.more' : 'log.hit', {
                    ...{ at: (hit % most) + 1, of: found.total, most },
                  })}
          </span>
          <button type="button" className="log-step" onClick={() => step(-1)} aria-label={t('log.previous')}>
            <ChevronUp size={16} aria-hidden="true" />
          </button>
          <button type="button" className="log-step" onClick={() => step(1)} aria-label={t('log.next')}>
            <ChevronDown size={16} aria-hidden="true" />
          </button>
        </span>
      ) : null}
    </>
  );
}
