import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EndDay } from '../../ui/time.tsx';
import { Due, isOpen } from './due.tsx';
import { findingsAddress, quoted } from './query-text.ts';
import type { FullFinding } from './types.ts';

/** Who, until when, and what keeps it out of lists. What is not known says so. */
export function FindingFacts({ finding }: { finding: FullFinding }) {
  const { t } = useTranslation();
  const { snooze, mergedInto, hiddenBy } = finding;
  return (
    <dl className="facts finding-facts">
      <dt>{t('list.column.priority')}</dt>
      <dd>
        {finding.priority === null ? t('list.unknown') : t('finding.priorityOf', { value: finding.priority })}
      </dd>
      <dt>{t('list.column.owner')}</dt>
      <dd>
        {finding.assigneeName ? (
          <Link to={findingsAddress(`assignee:${quoted(finding.assigneeName)} is:open`)}>
            {finding.assigneeName}
          </Link>
        ) : (
          t('finding.nobody')
        )}
      </dd>
      <dt>{t('finding.due')}</dt>
      <dd>
        {finding.due === null ? t('finding.noDue') : <Due due={finding.due} open={isOpen(finding.status)} />}
      </dd>
      {finding.labels.length > 0 ? (
        <>
          <dt>{t('triage.labels')}</dt>
          <dd className="row wrap">
            {finding.labels.map((label) => (
              <Link key={label} className="lrow-label" to={findingsAddress(`label:${quoted(label)}`)}>
                {label}
              </Link>
            ))}
          </dd>
        </>
      ) : null}
      {finding.ownSeverity ? (
        <>
          <dt>{t('triage.severity')}</dt>
          <dd>
            {t('finding.ownSeverity', {
              severity: t(`severity.${finding.ownSeverity}`),
              tool: finding.toolSeverity ? t(`severity.${finding.toolSeverity}`) : t('list.unknown'),
            })}
          </dd>
        </>
      ) : null}
      {finding.acceptUntil ? (
        <>
          <dt>{t('finding.acceptedUntil')}</dt>
          <dd>
            <EndDay time={finding.acceptUntil} />
          </dd>
        </>
      ) : null}
      {snooze ? (
        <>
          <dt>{t('list.snoozed')}</dt>
          <dd>
            {snooze.until === null ? t('triage.untilWorse') : <EndDay time={snooze.until} />}
            {snooze.until !== null && snooze.orWorse ? ` ${t('finding.orWorse')}` : null}
          </dd>
        </>
      ) : null}
      {mergedInto ? (
        <>
          <dt>{t('finding.mergedInto')}</dt>
          <dd>
            <Link to={`/findings/${encodeURIComponent(mergedInto)}`} className="mono">
              …{mergedInto.slice(-8)}
            </Link>
          </dd>
        </>
      ) : null}
      {hiddenBy ? (
        <>
          <dt>{t('finding.hiddenBy')}</dt>
          <dd>
            <Link to={`/findings/suppressions?at=${encodeURIComponent(hiddenBy)}`}>
              {t('finding.theRule')}
            </Link>
          </dd>
        </>
      ) : null}
    </dl>
  );
}
