import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Brand } from './brand.tsx';

/** A page before the app: one panel in the middle. */
export function Gate({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="gate">
      <title>{t('app.pageTitle', { title })}</title>
      <header className="gate-head">
        <Brand />
      </header>
      <main className="gate-card">
        <div>
          <h1>{title}</h1>
          {lead ? <p className="muted break">{lead}</p> : null}
        </div>
        <div className="gate-panel">{children}</div>
      </main>
    </div>
  );
}
