import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { ApplyPart } from './apply-part.tsx';
import { DocumentPart } from './document-part.tsx';
import { ExplainPart } from './explain-part.tsx';
import { policyQuery } from './queries.ts';
import { ReplayPart } from './replay-part.tsx';
import { RevisionsPart } from './revisions-part.tsx';
import { STARTER } from './starter.ts';
import type { Policy } from './types.ts';
import { useDraft } from './use-draft.ts';
import '../../ui/rows.css';
import './policy.css';

const PARTS = ['document', 'replay', 'apply', 'explain', 'revisions'] as const;
type Part = (typeof PARTS)[number];

/** `/project/policy?part=replay`, `?part=explain&finding=fnd_…` */
export function PolicyPart() {
  const { t } = useTranslation();
  const query = useQuery(policyQuery);
  return (
    <Section title={t('policy.title')}>
      <p className="muted prose">{t('policy.lead')}</p>
      <Loaded query={query} rows={8}>
        {query.data === undefined ? null : <PolicyParts stored={query.data} />}
      </Loaded>
    </Section>
  );
}

function PolicyParts({ stored }: { stored: Policy | null }) {
  const { t } = useTranslation();
  const may = useMay()('policy:write');
  const [search, setSearch] = useSearchParams();
  const part = PARTS.find((one) => one === search.get('part')) ?? 'document';
  const original = stored?.source ?? '';
  const draft = useDraft({ source: stored?.source ?? STARTER, base: stored?.revision ?? 0 }, original);
  const goTo = (line: number) => setSearch({ part: 'document', line: String(line) });
  // Without changes there is nothing but what is stored.
  const candidate = draft.changed ? draft.source : undefined;
  return (
    <>
      <Tabs
        value={part}
        onChange={(_event, next: Part) => setSearch(next === 'document' ? {} : { part: next })}
        aria-label={t('policy.parts')}
        variant="scrollable"
        allowScrollButtonsMobile
      >
        {PARTS.map((one) => (
          <Tab
            key={one}
            value={one}
            id={`policy-${one}`}
            aria-controls={`policy-panel-${one}`}
            label={t(`policy.part.${one}`)}
          />
        ))}
      </Tabs>
      <div
        role="tabpanel"
        id={`policy-panel-${part}`}
        aria-labelledby={`policy-${part}`}
        className="policy-part"
      >
        {part === 'document' ? (
          <DocumentPart
            stored={stored}
            draft={draft}
            mayWrite={may}
            line={Number(search.get('line')) || null}
          />
        ) : null}
        {part === 'replay' ? <ReplayPart source={candidate} stored={stored} onLine={goTo} /> : null}
        {part === 'apply' ? (
          <ApplyPart stored={stored} changed={draft.changed} mayWrite={may} onLine={goTo} />
        ) : null}
        {part === 'explain' ? (
          <ExplainPart
            source={candidate}
            stored={stored}
            finding={search.get('finding') ?? ''}
            onFinding={(finding) => setSearch({ part: 'explain', finding }, { replace: true })}
            onLine={goTo}
          />
        ) : null}
        {part === 'revisions' ? (
          <RevisionsPart
            stored={stored}
            {...(may
              ? {
                  onTake: (source: string) => {
                    draft.type(source);
                    setSearch({});
                  },
                }
              : {})}
          />
        ) : null}
      </div>
    </>
  );
}
