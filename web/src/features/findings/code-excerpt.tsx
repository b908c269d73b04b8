import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Excerpt } from '../../api/types.ts';
import type { CodeLine } from './types.ts';
import './code-excerpt.css';

/** Around what is found; more of what is stored is one press away. */
const LINES_AROUND = 6;

interface CodeExcerptProps {
  excerpt: Excerpt;
  /** The same lines with their marks, as soon as the server has answered. */
  marked: readonly CodeLine[] | undefined;
  hit: { first: number; last: number } | undefined;
  label: string;
}

/** Lines with their numbers, the hit marked. Text only: whatever stands in the code, it does nothing here. */
export function CodeExcerpt({ excerpt, marked, hit, label }: CodeExcerptProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const last = excerpt.firstLine + excerpt.lines.length - 1;
  const from = all || !hit ? excerpt.firstLine : Math.max(excerpt.firstLine, hit.first - LINES_AROUND);
  const to = all || !hit ? last : Math.min(last, hit.last + LINES_AROUND);
  const hidden = excerpt.lines.length - (to - from + 1);
  return (
    <div className="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard */}
      <section className="code-box" aria-label={label} tabIndex={0} translate="no">
        <ol start={from} className="code-lines">
          {excerpt.lines.slice(from - excerpt.firstLine, to - excerpt.firstLine + 1).map((text, at) => {
            const number = from + at;
            const isHit = hit !== undefined && number >= hit.first && number <= hit.last;
            return (
              <li key={number} className={isHit ? 'code-line code-hit' : 'code-line'} data-line={number}>
                <code>
                  <Pieces line={marked?.[number - excerpt.firstLine]} text={text} />
                </code>
              </li>
            );
          })}
        </ol>
      </section>
      {hidden > 0 || all ? (
        <button type="button" className="code-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t('finding.codeFewer') : t('finding.codeMore', { count: hidden })}
        </button>
      ) : null}
    </div>
  );
}

function Pieces({ line, text }: { line: CodeLine | undefined; text: string }) {
  if (!line || line.length === 0) return text || ' ';
  return line.map((piece, at) =>
    piece.kind === 'text' ? (
      piece.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a line never move
      <span key={at} className={`code-${piece.kind}`}>
        {piece.text}
      </span>
    ),
  );
}
