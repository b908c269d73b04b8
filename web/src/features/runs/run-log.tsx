import Button from '@mui/material/Button';
import { ArrowDown, FileText, ScrollText } from 'lucide-react';
import { type UIEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { api } from '../../api/api.ts';
import type { LogLine, Run } from '../../api/types.ts';
import { hasEnded } from '../../ui/run-status.tsx';
import { Empty, Failure } from '../../ui/states.tsx';
import { LogFind } from './log-find.tsx';
import { LogRows } from './log-rows.tsx';
import { LEVELS, type Level, lineNumber, useLinesAround, useLogSearch } from './use-log-search.ts';
import { useRunLog } from './use-run-log.ts';
import './run-log.css';

/** Closer to the end than this counts as 'at the end': the log follows. */
const END_PX = 24;

/** Follows the tail until one scrolls up; finds in the whole log, running or not, also in what is not held in memory. */
export function RunLog({ run }: { run: Run }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const { lines, dropped } = useRunLog(run.id);
  const [words, setWords] = useState('');
  const [level, setLevel] = useState<Level>('all');
  const [hit, setHit] = useState(0);
  const [seen, setSeen] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const { found, looking, error } = useLogSearch(run.id, { words, level, growing: !hasEnded(run.status) });

  // A link to one line; a hit takes over as soon as somebody looks for something.
  const linked = Number(search.get('line')) || null;
  const wanted = found ? (found.lines[hit % Math.max(1, found.lines.length)] ?? null) : linked;
  const held = useMemo(() => ofLevel(lines, level), [lines, level]);
  const isHeld = wanted === null || lines.length === 0 || placeOf(lines, wanted) !== undefined;
  const around = useLinesAround(run.id, isHeld ? null : wanted);
  const window = isHeld ? undefined : around.data?.items;
  const shown = window ?? held;
  const current = wanted === null ? undefined : placeOf(shown, wanted);
  const following = seen === null && wanted === null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: follows when lines arrive
  useEffect(() => {
    if (following) toEnd(box.current);
  }, [shown.length, following]);

  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
    const atEnd = scrollHeight - scrollTop - clientHeight < END_PX;
    setSeen((known) => (atEnd ? null : (known ?? held.length)));
  };
  const setLine = (line: number | null) => {
    const next = new URLSearchParams(search);
    if (line === null) next.delete('line');
    else next.set('line', String(line));
    setSearch(next, { replace: true, preventScrollReset: true });
  };
  const back = () => {
    setWords('');
    setLine(null);
    setSeen(null);
    toEnd(box.current);
  };

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
        <LogFind
          words={words}
          onWords={(next) => {
            setWords(next);
            setHit(0);
          }}
          found={found}
          looking={looking}
          hit={hit}
          onHit={setHit}
        />
        <label className="row small">
          <span className="muted">{t('logMore.level')}</span>
          <select
            className="input"
            value={level}
            onChange={(event) => {
              setLevel(event.target.value as Level);
              setHit(0);
            }}
          >
            {(Object.keys(LEVELS) as Level[]).map((name) => (
              <option key={name} value={name}>
                {t(`logMore.${name}`)}
              </option>
            ))}
          </select>
        </label>
        <a className="row small" href={api.logFileAddress(run.id)} download>
          <FileText size={14} aria-hidden="true" />
          {t('logMore.raw')}
        </a>
      </div>
      {error ? <Failure error={error} /> : null}
      {window && wanted !== null ? (
        <p className="row wrap small">
          <span className="muted">{t('logMore.around', { number: wanted })}</span>
          <Button size="small" variant="text" onClick={back}>
            {t('logMore.back')}
          </Button>
        </p>
      ) : dropped > 0 ? (
        <p className="muted small">{t('log.dropped', { count: dropped })}</p>
      ) : null}
      <div className="log-frame">
        <LogRows
          box={box}
          lines={shown}
          words={words.trim()}
          current={current}
          onScroll={onScroll}
          onLine={setLine}
          label={t('run.tab.log')}
        />
        {following ? null : (
          <button type="button" className="log-latest" onClick={back}>
            <ArrowDown size={14} aria-hidden="true" />
            {seen !== null && held.length > seen
              ? t('log.latestNew', { count: held.length - seen })
              : t('log.latest')}
          </button>
        )}
      </div>
    </div>
  );
}

function ofLevel(lines: readonly LogLine[], level: Level): readonly LogLine[] {
  if (level === 'all') return lines;
  const names = LEVELS[level].split(',');
  return lines.filter((line) => names.includes(line.level));
}

/** Where the line with this number is; lines stand in their order. */
function placeOf(lines: readonly LogLine[], number: number): number | undefined {
  let [low, high] = [0, lines.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const line = lines[middle];
    const at = line === undefined ? 0 : lineNumber(line);
    if (at === number) return middle;
    if (at < number) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function toEnd(box: HTMLElement | null): void {
  if (box) requestAnimationFrame(() => box.scrollTo(0, box.scrollHeight));
}
