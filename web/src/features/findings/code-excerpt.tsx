import type { Excerpt } from '../../api/types.ts';
import './code-excerpt.css';

interface CodeExcerptProps {
  excerpt: Excerpt;
  hit: { first: number; last: number } | undefined;
  label: string;
}

/** Lines with their numbers, the hit marked. Text only: whatever stands in the code, it does nothing here. */
export function CodeExcerpt({ excerpt, hit, label }: CodeExcerptProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable with the keyboard
    <section className="code" aria-label={label} tabIndex={0} translate="no">
      <ol start={excerpt.firstLine} className="code-lines">
        {excerpt.lines.map((text, at) => {
          const number = excerpt.firstLine + at;
          const isHit = hit !== undefined && number >= hit.first && number <= hit.last;
          return (
            <li key={number} className={isHit ? 'code-line code-hit' : 'code-line'} data-line={number}>
              <code>{text || ' '}</code>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
