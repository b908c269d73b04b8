import type { ReactNode } from 'react';
import './badge.css';

type Tone = 'plain' | 'accent' | 'success' | 'warning' | 'danger';

/** A state in a word, with an icon where colour alone would tell it. */
export function Badge({
  tone = 'plain',
  icon,
  children,
}: {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <span className={`badge badge-${tone}`}>
      {icon}
      {children}
    </span>
  );
}
