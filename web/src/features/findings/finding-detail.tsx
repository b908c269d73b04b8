import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Finding, Occurrence } from '../../api/types.ts';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Prose } from '../../ui/prose.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import { When } from '../../ui/time.tsx';
import { CodeExcerpt } from './code-excerpt.tsx';
import { FindingRuns } from './finding-runs.tsx';
import { hitLines, placeOf } from './location.ts';
import './finding-detail.css';

type FindingWithRuns = Finding & { occurrences: Occurrence[] };

/** What, where, why it matters, what to do: one screen without tabs. */
export function FindingDetail({ finding }: { finding: FindingWithRuns }) {
  const { t } = useTranslation();
  const place = placeOf(finding.location);
  const { why, fix, references } = finding.ruleText;
  return (
    <div className="finding">
      <div className="row wrap finding-marks">
        <SeverityChip severity={finding.severity} />
        <span className="finding-mark">{t(`findingStatus.${finding.status}`)}</span>
        <span className="finding-mark">
          {t('finding.confidence', { level: t(`confidence.${finding.confidence}`) })}
        </span>
        {finding.tags.map((tag) => (
          <span key={tag} className="finding-mark mono" translate="no">
            {tag}
          </span>
        ))}
      </div>
      {finding.message === finding.title ? null : <p className="finding-message break">{finding.message}</p>}

      <Part title={t('finding.where')}>
        <p className="mono break" translate="no">
          {place.main}
          <span className="faint">{place.detail}</span>
        </p>
        {finding.assetName ? (
          <p className="muted small break">{t('finding.in', { asset: finding.assetName })}</p>
        ) : null}
        {finding.excerpt ? (
          <CodeExcerpt
            excerpt={finding.excerpt}
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
          <ol className="flow">
            {finding.flow.map((step, at) => {
              const where = placeOf(step.at);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a finding never move
                <li key={at}>
                  <p className="break">{step.note}</p>
                  <p className="mono small break muted">
                    {where.main}
                    {where.detail}
                  </p>
                  {step.excerpt ? (
                    <CodeExcerpt excerpt={step.excerpt} hit={hitLines(step.at)} label={step.note} />
                  ) : null}
                </li>
              );
            })}
          </ol>
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
      {finding.about.length > 0 ? (
        <Part title={t('finding.about')}>
          <div className="row wrap">
            {finding.about.map((reference) => (
              <IdChip key={`${reference.kind}:${reference.value}`} value={reference.value} />
            ))}
          </div>
        </Part>
      ) : null}
      <Part title={t('finding.history')}>
        <p className="muted">
          {t('finding.first')} <When time={finding.firstSeen} /> · {t('finding.last')}{' '}
          <When time={finding.lastSeen} />
        </p>
        <FindingRuns occurrences={finding.occurrences} />
      </Part>
      <Identity finding={finding} />
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

function Identity({ finding }: { finding: FindingWithRuns }) {
  const { t } = useTranslation();
  return (
    <details className="identity">
      <summary>{t('finding.identity')}</summary>
      <p className="muted small prose">{t('finding.identityHint')}</p>
      <dl className="facts">
        <dt>{t('finding.id')}</dt>
        <dd>
          <IdChip value={finding.id} />
        </dd>
        <dt>{t('finding.rule')}</dt>
        <dd>
          <Link to={`/findings?q=${encodeURIComponent(`rule:${finding.rule}`)}`} className="mono break">
            {finding.rule}
          </Link>
        </dd>
        {finding.fingerprints.map((print) => (
          <div key={`${print.kind}-${print.version}-${print.value}`} className="facts-pair">
            <dt>{t('finding.fingerprint', { kind: print.kind, version: print.version })}</dt>
            <dd>
              <IdChip value={print.value} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
