import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { FileInput } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Badge } from '../../ui/badge.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { RunStatusMark } from '../../ui/run-status.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { FindingsNav } from '../findings/findings-nav.tsx';
import { PagedList } from '../findings/paged-list.tsx';
import type { Import } from '../findings/types.ts';
import { formatsQuery, importsQuery, isUndoing } from './queries.ts';
import { ReportDrop } from './report-drop.tsx';
import './imports.css';

/** Reports of other tools: give one, and see what became of those that were given. */
export function ImportsPage() {
  const { t } = useTranslation();
  const imports = useInfiniteQuery(importsQuery);
  const formats = useQuery(formatsQuery);
  return (
    <Page title={t('imports.title')} lead={t('imports.lead')}>
      <FindingsNav />
      <ReportDrop />
      <details className="import-formats">
        <summary>{t('imports.formats', { count: formats.data?.items.length ?? 0 })}</summary>
        <Loaded query={formats} rows={3}>
          <ul className="format-list" aria-label={t('imports.formatsTitle')}>
            {formats.data?.items.map(({ id, title, summary, complete }) => (
              <li key={id}>
                <strong>{title}</strong> <code className="small">{id}</code>
                <p className="muted small">
                  <WithCode text={summary} />
                </p>
                {complete ? <p className="faint small">{t('imports.complete')}</p> : null}
              </li>
            ))}
          </ul>
        </Loaded>
      </details>
      <Section title={t('imports.past')}>
        <PagedList
          query={imports}
          label={t('imports.past')}
          keyOf={({ run }) => run}
          empty={<Empty title={t('imports.none')}>{t('imports.noneHint')}</Empty>}
          row={(one) => <ImportRow one={one} />}
        />
      </Section>
    </Page>
  );
}

/** What stands between backticks is code. */
function WithCode({ text }: { text: string }) {
  return text.split('`').map((part, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never move
    at % 2 === 1 ? <code key={at}>{part}</code> : part,
  );
}

function ImportRow({ one }: { one: Import }) {
  const { t } = useTranslation();
  const { receipt } = one;
  return (
    <>
      <span className="rows-icon">
        <FileInput size={18} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <Link to={`/findings/imports/${encodeURIComponent(one.run)}`}>{one.name}</Link>
          {isUndoing(one) ? (
            <Badge>{t('imports.undoing')}</Badge>
          ) : one.undone === null ? (
            <RunStatusMark status={one.status} />
          ) : (
            <Badge>{t('imports.undone')}</Badge>
          )}
        </div>
        <div className="rows-facts">
          {one.tools.length > 0 ? <span>{one.tools.join(', ')}</span> : null}
          {one.asset ? <span>{one.asset.name}</span> : null}
          <When time={one.created} />
          {receipt ? (
            <span>
              {t('imports.short', { new: receipt.new, matched: receipt.matched, skipped: receipt.skipped })}
            </span>
          ) : null}
        </div>
      </div>
    </>
  );
}
