import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Prose } from '../../ui/prose.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import { When } from '../../ui/time.tsx';
import { AskedChip, AskedLines } from '../acceptances/asked-line.tsx';
import { CodeExcerpt } from './code-excerpt.tsx';
import { FindingActions } from './finding-actions.tsx';
import { FindingFacts } from './finding-facts.tsx';
import { FindingRuns } from './finding-runs.tsx';
import { FlowPart } from './flow-part.tsx';
import { HistoryPart } from './history-part.tsx';
import { IdentityPart } from './identity-part.tsx';
import { hitLines, placeOf } from './location.ts';
import { PolicyPart } from './policy-part.tsx';
import { PriorityPart } from './priority-part.tsx';
import { codeQuery } from './queries.ts';
import type { FullFinding } from './types.ts';
import type { Decisions } from './use-decisions.tsx';
import './finding-detail.css';
import './list-row.css';

interface FindingDetailProps {
  finding: FullFinding;
  decisions: Decisions;
}

/** What, where, why it matters, what to do: one screen without tabs. */
export function FindingDetail({ finding, decisions }: FindingDetailProps) {
  const { t } = useTranslation();
  const may = useMay();
  const place = placeOf(finding.location);
  const { why, fix, references } = finding.ruleText;
  const hasCode = finding.excerpt !== null || finding.flow.length > 0;
  // The code is readable without its marks: nobody waits for them, and nothing says so when they do not come.
  const code = useQuery({ ...codeQuery(finding.id), enabled: hasCode }).data;
  return (
    <div className="finding-box">
      <div className="finding-cols">
        <div className="finding">
          <div className="row wrap finding-marks">
            <SeverityChip severity={finding.severity} />
            <span className="finding-mark">{t(`findingStatus.${finding.status}`)}</span>
            <AskedChip finding={finding.id} />
            <span className="finding-mark">
              {t('finding.confidence', { level: t(`confidence.${finding.confidence}`) })}
            </span>
            <span className="finding-mark mono" translate="no">
              {finding.task}
            </span>
            {finding.tags.map((tag) => (
              <span key={tag} className="finding-mark mono" translate="no">
                {tag}
              </span>
            ))}
          </div>
          <FindingActions finding={finding} decisions={decisions} />
          <FindingFacts finding={finding} />
          {finding.message === finding.title ? null : (
            <p className="finding-message break">{finding.message}</p>
          )}

          <Part title={t('finding.where')}>
            <p className="mono break" translate="no">
              {place.main}
              <span className="faint">{place.detail}</span>
            </p>
            {finding.assetName ? (
              <p className="muted small break">{t('finding.in', { asset: finding.assetName })}</p>
            ) : null}
            {finding.excerpt && finding.flow.length === 0 ? (
              <CodeExcerpt
                excerpt={finding.excerpt}
                marked={code?.excerpt?.lines}
                hit={hitLines(finding.location)}
                label={t('finding.code', { place: place.main })}
              />
            ) : null}
            {finding.evidence ? (
              <div className="evidence">
                <span className="muted small">{t('finding.evidence')}</span>
                <code className="break">{finding.evidence}</code>
              </div>
            ) : null}
          </Part>

          {finding.flow.length > 0 ? (
            <Part title={t('finding.flow')}>
              <FlowPart flow={finding.flow} code={code?.flow} />
              {finding.excerpt && !finding.flow.some((step) => step.excerpt) ? (
                <CodeExcerpt
                  excerpt={finding.excerpt}
                  marked={code?.excerpt?.lines}
                  hit={hitLines(finding.location)}
                  label={t('finding.code', { place: place.main })}
                />
              ) : null}
            </Part>
          ) : null}
          {why ? (
            <Part title={t('finding.why')}>
              <Prose text={why} />
            </Part>
          ) : null}
          {fix ? (
            <Part title={t('finding.fix')}>
              <Prose text={fix} />
            </Part>
          ) : null}
          {references && references.length > 0 ? (
            <Part title={t('finding.references')}>
              <ul className="references">
                {references.map((address) => (
                  <li key={address}>
                    <Reference address={address} />
                  </li>
                ))}
              </ul>
            </Part>
          ) : null}
        </div>
        <div className="finding finding-side">
          <Part title={t('priority.title')}>
            <PriorityPart finding={finding.id} />
          </Part>
          {finding.about.length > 0 ? (
            <Part title={t('finding.about')}>
              <div className="row wrap">
                {finding.about.map((reference) => (
                  <IdChip key={`${reference.kind}:${reference.value}`} value={reference.value} />
                ))}
              </div>
            </Part>
          ) : null}
          {may('policy:read') ? (
            <Part title={t('finding.policy')}>
              <PolicyPart finding={finding.id} />
            </Part>
          ) : null}
          <Part title={t('finding.history')}>
            <AskedLines finding={finding.id} />
            <HistoryPart finding={finding.id} />
          </Part>
          <Part title={t('finding.seenBy')}>
            <p className="muted">
              {t('finding.first')} <When time={finding.firstSeen} /> · {t('finding.last')}{' '}
              <When time={finding.lastSeen} />
            </p>
            <FindingRuns occurrences={finding.occurrences} />
          </Part>
          <IdentityPart finding={finding} />
        </div>
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="finding-part" aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** Only web addresses become links; anything else a rule names is text. */
function Reference({ address }: { address: string }) {
  if (!/^https?:\/\//.test(address)) return <span className="break">{address}</span>;
  return (
    <a href={address} target="_blank" rel="noreferrer noopener" className="break">
      {address}
    </a>
  );
}
