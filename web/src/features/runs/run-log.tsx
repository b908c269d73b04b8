import { ArrowDown, ChevronDown, ChevronUp, ScrollText } from 'lucide-react';
import { type UIEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine, Run } from '../../api/types.ts';
import { hasEnded } from '../../ui/run-status.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty } from '../../ui/states.tsx';
import { LogRows } from './log-rows.tsx';
import { useRunLog } from './use-run-log.ts';
import './run-log.css';

/** Closer to the end than this counts as 'at the end': the log follows. */
const END_PX = 24;

/** Follows the tail until one scrolls up; finds in the whole log that is loaded, running or not. */
export function RunLog({ run }: { run: Run }) {
  const { t } = useTranslation();
  const { lines, dropped } = useRunLog(run.id);
  const [words, setWords] = useState('');
  const [problemsOnly, setProblemsOnly] = useState(false);
  const [hit, setHit] = useState(0);
  const [seen, setSeen] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const following = seen === null;

  const shown = useMemo(
    () => (problemsOnly ? lines.filter((line) => line.level === 'warn' || line.level === 'error') : lines),
    [lines, problemsOnly],
  );
  const hits = useMemo(() => findIn(shown, words), [shown, words]);
  const current = hits[hit % Math.max(1, hits.length)];

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows when lines arrive
  useEffect(() => {
    if (following && !words) toEnd(box.current);
  }, [shown.length, following]);

  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    const atEnd = scrollHeight - scrollTop - clientHeight < END_PX;
    setSeen((known) => (atEnd ? null : (known ?? shown.length)));
  };
  const step = (by: number) => setHit((hit + by + hits.length) % Math.max(1, hits.length));

  if (lines.length === 0) {
    return (
      <Empty
        title={hasEnded(run.status) ? t('log.none') : t('log.noneYet')}
        icon={<ScrollText size={22} />}
      />
    );
  }
  return (
    <div className="log">
      <div className="log-bar">
        <SearchField
          type="search"
          label={t('log.find')}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setHit(0);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          }}
        />
        {words ? (
          <span className="row">
            <span className="muted small" role="status">
              {hits.length === 0
                ? t('log.noHit')
                : t('log.hit', { at: (hit % hits.length) + 1, of: hits.length })}
            </span>
            <button
              type="button"
              className="log-step"
              onClick={() => step(-1)}
              aria-label={t('log.previous')}
            >
              <ChevronUp size={16} aria-hidden="true" />
            </button>
            <button type="button" className="log-step" onClick={() => step(1)} aria-label={t('log.next')}>
              <ChevronDown size={16} aria-hidden="true" />
            </button>
          </span>
        ) : null}
        <label className="row small">
          <input
            type="checkbox"
            checked={problemsOnly}
            onChange={(event) => setProblemsOnly(event.target.checked)}
          />
          {t('log.problemsOnly')}
        </label>
      </div>
      {dropped > 0 ? <p className="muted small">{t('log.dropped', { count: dropped })}</p> : null}
      <div className="log-frame">
        <LogRows
          box={box}
          lines={shown}
          words={words}
          current={current}
          onScroll={onScroll}
          label={t('run.tab.log')}
        />
        {following ? null : (
          <button
            type="button"
            className="log-latest"
            onClick={() => {
              setSeen(null);
              toEnd(box.current);
            }}
          >
            <ArrowDown size={14} aria-hidden="true" />
            {shown.length > seen ? t('log.latestNew', { count: shown.length - seen }) : t('log.latest')}
          </button>
        )}
      </div>
    </div>
  );
}

function findIn(lines: readonly LogLine[], words: string): number[] {
  const wanted = words.toLowerCase();
  if (!wanted) return [];
  return lines.flatMap((line, at) => (line.text.toLowerCase().includes(wanted) ? [at] : []));
}

function toEnd(box: HTMLElement | null): void {
  if (box) requestAnimationFrame(() => box.scrollTo(0, box.scrollHeight));
}
