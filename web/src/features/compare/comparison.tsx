import Button from '@mui/material/Button';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyBlock } from '../../ui/copy-chip.tsx';
import { Section } from '../../ui/page.tsx';
import { SEVERITIES, SeverityChip } from '../../ui/severity.tsx';
import { Empty, Failure, Loaded, Loading } from '../../ui/states.tsx';
import { FindingRow } from '../findings/finding-row.tsx';
import {
  type DiffItem,
  type DiffSection,
  diffFile,
  diffQuery,
  readMarkdown,
  SECTIONS,
  type Sides,
} from './compare-api.ts';

interface ComparisonProps {
  sides: Sides;
  section: DiffSection;
  onSection: (section: DiffSection) => void;
}

export function Comparison({ sides, section, onSection }: ComparisonProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(diffQuery(sides, section));
  const [first] = query.data?.pages ?? [];
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const count = first?.counts[section];
  const otherAsset = [sides.from, sides.to].some((side) => side.startsWith('asset:'));
  const nameOf = (one: DiffSection) =>
    otherAsset && one === 'new' ? t('comparison.other.new') : t(`comparison.section.${one}`);
  return (
    <>
      <Tabs
        value={section}
        onChange={(_event, next: DiffSection) => onSection(next)}
        aria-label={t('comparison.parts')}
        variant="scrollable"
        allowScrollButtonsMobile
      >
        {SECTIONS.map((one) => (
          <Tab
            key={one}
            value={one}
            id={`section-${one}`}
            aria-controls="section-panel"
            label={
              first
                ? t('comparison.tab', {
                    name: nameOf(one),
                    count: first.counts[one].total,
                  })
                : nameOf(one)
            }
          />
        ))}
      </Tabs>
      <div
        role="tabpanel"
        id="section-panel"
        aria-labelledby={`section-${section}`}
        className="compare-panel"
      >
        <p className="muted">
          {otherAsset && section === 'new' ? t('comparison.other.newNote') : t(`comparison.note.${section}`)}
        </p>
        <Loaded query={query} rows={6}>
          {count && count.total > 0 ? (
            <ul className="compare-counts">
              {SEVERITIES.filter((severity) => count.bySeverity[severity] > 0).map((severity) => (
                <li key={severity}>
                  <SeverityChip severity={severity} /> {count.bySeverity[severity]}
                </li>
              ))}
            </ul>
          ) : null}
          {items.length === 0 ? (
            <Empty title={t('comparison.nothing')} />
          ) : (
            <ul className="card diff-list">
              {items.map((item) => (
                <Row key={item.finding.id} item={item} />
              ))}
            </ul>
          )}
          {query.hasNextPage ? (
            <div>
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('action.more')}
              </Button>
            </div>
          ) : null}
        </Loaded>
      </div>
      {first ? <Files sides={sides} /> : null}
    </>
  );
}

function Row({ item: { finding, severity, was } }: { item: DiffItem }) {
  const { t } = useTranslation();
  const before = was ? Object.values(was).filter(Boolean).join(', ') : '';
  const { id, title, rule, location, status } = finding;
  return (
    <li>
      <FindingRow finding={{ id, severity, title, rule, location, status }} />
      {before ? (
        <p className="diff-was" translate="no">
          {t('comparison.was', { before })}
        </p>
      ) : null}
    </li>
  );
}

/** The same comparison to take along. */
function Files({ sides }: { sides: Sides }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const markdown = useQuery({
    queryKey: ['findings', 'diff', sides, 'markdown'],
    queryFn: ({ signal }) => readMarkdown(sides, signal),
    enabled: shown,
  });
  return (
    <Section title={t('comparison.markdown')}>
      <p className="muted">{t('comparison.markdownHint')}</p>
      <div className="row wrap">
        <Button aria-expanded={shown} onClick={() => setShown(!shown)}>
          {t('comparison.markdownShow')}
        </Button>
        {(['sarif', 'json'] as const).map((format) => (
          <Button
            key={format}
            href={diffFile(sides, format)}
            download
            startIcon={<Download size={16} />}
            aria-label={t('report.downloadNamed', { name: t(`comparison.${format}`) })}
          >
            {t(`comparison.${format}`)}
          </Button>
        ))}
      </div>
      {shown && markdown.isPending ? <Loading rows={3} /> : null}
      {markdown.error ? <Failure error={markdown.error} onRetry={() => void markdown.refetch()} /> : null}
      {shown && markdown.data ? (
        <CopyBlock text={markdown.data} label={t('comparison.markdownLabel')} />
      ) : null}
    </Section>
  );
}
