import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Loaded } from '../../ui/states.tsx';
import { policyQuery } from './queries.ts';

/** What the rules of the policy say about it; the ones that say nothing are folded. */
export function PolicyPart({ finding }: { finding: string }) {
  const { t } = useTranslation();
  const query = useQuery(policyQuery(finding));
  const rules = query.data?.rules ?? [];
  const telling = rules.filter(({ outcome }) => outcome !== 'does-not-fit');
  const others = rules.filter(({ outcome }) => outcome === 'does-not-fit');
  const line = (rule: (typeof rules)[number]) => (
    <li key={`${rule.section}-${rule.rule}-${rule.line}`}>
      <span className="finding-mark">{t(`policyOutcome.${rule.outcome}`)}</span>{' '}
      <span className="mono break" translate="no">
        {rule.rule}
      </span>{' '}
      <span className="muted break">{rule.why}</span>
    </li>
  );
  return (
    <Loaded query={query} rows={2}>
      {rules.length === 0 ? <p className="muted">{t('finding.noPolicy')}</p> : null}
      <ul className="plain-list">{telling.map(line)}</ul>
      {others.length > 0 ? (
        <details className="identity">
          <summary>{t('finding.otherRules', { count: others.length })}</summary>
          <ul className="plain-list">{others.map(line)}</ul>
        </details>
      ) : null}
    </Loaded>
  );
}
