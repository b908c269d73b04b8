import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Excerpt } from '../../api/types.ts';
import { CodeExcerpt } from './code-excerpt.tsx';
import { hitLines, placeOf } from './location.ts';
import type { FindingCode, FullFinding } from './types.ts';

interface FlowPartProps {
  flow: FullFinding['flow'];
  /** The code of each step, as soon as the server has answered. */
  code: FindingCode['flow'] | undefined;
}

/** The steps from source to sink, and beside them the code of the one where one is; the arrows walk. */
export function FlowPart({ flow, code }: FlowPartProps) {
  const { t } = useTranslation();
  const id = useId();
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const step = flow[at];
  const walk = (to: number) => {
    const next = Math.max(0, Math.min(flow.length - 1, to));
    setAt(next);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      j: at + 1,
      ArrowUp: at - 1,
      k: at - 1,
      Home: 0,
      End: flow.length - 1,
    };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    walk(to);
  };
  if (!step) return null;
  const where = placeOf(step.at);
  const marked = code?.[at];
  const excerpt = step.excerpt ?? (marked && asExcerpt(marked));
  return (
    <div className="flow-parts">
      <div
        className="flow-steps"
        role="tablist"
        aria-orientation="vertical"
        aria-label={t('finding.flow')}
        ref={list}
        onKeyDown={onKeyDown}
        tabIndex={-1}
      >
        {flow.map((one, index) => {
          const place = placeOf(one.at);
          return (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a finding never move
              key={index}
              type="button"
              role="tab"
              id={`${id}-${index}`}
              aria-controls={`${id}-code`}
              aria-selected={index === at}
              tabIndex={index === at ? 0 : -1}
              className="flow-step"
              onClick={() => setAt(index)}
            >
              <span className="flow-number" aria-hidden="true">
                {index + 1}
              </span>
              <span className="flow-words">
                <span className="break">
                  <span className="flow-kind">
                    {t(index === 0 ? 'flow.source' : index === flow.length - 1 ? 'flow.sink' : 'flow.step')}
                  </span>{' '}
                  {one.note}
                </span>
                <span className="mono small muted break" translate="no">
                  {place.main}
                  {place.detail}
                </span>
              </span>
            </button>
          );
        })}
      </div>
      <div id={`${id}-code`} role="tabpanel" aria-labelledby={`${id}-${at}`} className="flow-code">
        <p className="muted small">{t('flow.at', { at: at + 1, of: flow.length })}</p>
        {excerpt ? (
          <CodeExcerpt
            key={at}
            excerpt={excerpt}
            marked={marked?.lines}
            hit={hitLines(step.at)}
            label={t('finding.code', { place: where.main })}
          />
        ) : (
          <p className="muted small">{t('flow.noCode')}</p>
        )}
      </div>
    </div>
  );
}

function asExcerpt({ firstLine, lines }: NonNullable<FindingCode['excerpt']>): Excerpt {
  return { firstLine, lines: lines.map((line) => line.map(({ text }) => text).join('')) };
}
