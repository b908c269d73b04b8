import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, type UIEvent, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../api/types.ts';
import { lineNumber } from './use-log-search.ts';

interface LogRowsProps {
  box: RefObject<HTMLDivElement | null>;
  lines: readonly LogLine[];
  words: string;
  /** The line with the current hit. */
  current: number | undefined;
  label: string;
  onScroll: (event: UIEvent<HTMLDivElement>) => void;
  /** Somebody wants a link to this line. */
  onLine: (number: number) => void;
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

/** Long lines wrap, so heights are measured. The box is a log for assistive technology, silent unless asked. */
export function LogRows({ box, lines, words, current, label, onScroll, onLine }: LogRowsProps) {
  const { t } = useTranslation();
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => 20,
    getItemKey: (index) => lines[index]?.cursor ?? index,
    overscan: 20,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another hit moves the view
  useEffect(() => {
    if (current !== undefined) rows.scrollToIndex(current, { align: 'center' });
  }, [current, lines[0]?.cursor]);

  return (
    <div
      ref={box}
      className="log-box"
      style={{ height: rows.getTotalSize() + 14 }}
      role="log"
      aria-live="off"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
      tabIndex={0}
      onScroll={onScroll}
    >
      <div className="log-rows" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          return (
            <div
              key={item.key}
              ref={rows.measureElement}
              data-index={item.index}
              className={`log-line log-${line.level}${item.index === current ? ' log-current' : ''}`}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <button
                type="button"
                className="log-number"
                tabIndex={-1}
                aria-label={t('logMore.line', { number: lineNumber(line) })}
                onClick={() => onLine(lineNumber(line))}
              >
                {lineNumber(line)}
              </button>
              <time className="log-time" dateTime={new Date(line.time).toISOString()}>
                {clock.format(line.time)}
              </time>
              <span className="log-level">{line.level}</span>
              <span className="log-text">
                <Marked text={line.text} words={words} />
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Marked({ text, words }: { text: string; words: string }) {
  const at = words ? text.toLowerCase().indexOf(words.toLowerCase()) : -1;
  if (at === -1) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + words.length)}</mark>
      {text.slice(at + words.length)}
    </>
  );
}
