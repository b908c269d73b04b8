import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { focusWhenFree } from './focus.ts';
import './page.css';

let arrivals = 0;

interface PageProps {
  title: string;
  /** Shown instead of the plain title, when it needs more than text. */
  heading?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  width?: 'full' | 'reading';
  children: ReactNode;
}

/** A page: its title in the tab, one `h1` that takes the focus after a change of route, its actions, its content. */
export function Page({ title, heading, lead, actions, width = 'full', children }: PageProps) {
  const { t } = useTranslation();
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    arrivals += 1;
    return arrivals > 1 && ref.current ? focusWhenFree(ref.current) : undefined;
  }, []);
  return (
    <div className={`page page-${width}`}>
      <title>{t('app.pageTitle', { title })}</title>
      <header className="page-head">
        <div className="grow">
          <h1 ref={ref} tabIndex={-1} className="break">
            {heading ?? title}
          </h1>
          {lead ? <div className="page-lead">{lead}</div> : null}
        </div>
        {actions ? <div className="page-actions">{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}

export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="section" aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
