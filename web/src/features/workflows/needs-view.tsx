import { useTranslation } from 'react-i18next';
import { Warning } from '../../ui/states.tsx';
import type { Needs } from './types.ts';
import './needs-view.css';

/** What a workflow will use, in words, before it does. */
export function NeedsView({ needs }: { needs: Needs }) {
  const { t, i18n } = useTranslation();
  const power = (name: string) => (i18n.exists(`power.${name}`) ? t(`power.${name}` as 'power.read') : name);
  const rows: [string, readonly string[]][] = [
    [t('needs.powers'), needs.powers.map(power)],
    [t('needs.tasks'), needs.tasks.map(({ title }) => title)],
    [t('needs.operations'), needs.operations.map(({ summary }) => summary)],
    [t('needs.workflows'), needs.workflows],
    [t('needs.secrets'), needs.secrets],
    [t('needs.labels'), needs.labels],
    [t('needs.permissions'), needs.permissions],
  ];
  return (
    <div className="stack">
      {needs.missing.length > 0 ? (
        <Warning title={t('needs.missing', { names: needs.missing.join(', ') })} />
      ) : null}
      <dl className="facts">
        {rows.map(([label, values]) =>
          values.length === 0 ? null : <NeedRow key={label} label={label} values={values} />,
        )}
        {needs.approvals > 0 ? (
          <>
            <dt>{t('needs.approvals')}</dt>
            <dd>{t('needs.approvalCount', { count: needs.approvals })}</dd>
          </>
        ) : null}
      </dl>
      {needs.powers.length === 0 ? <p className="muted small">{t('needs.noPowers')}</p> : null}
    </div>
  );
}

function NeedRow({ label, values }: { label: string; values: readonly string[] }) {
  return (
    <>
      <dt>{label}</dt>
      <dd className="row wrap">
        {values.map((value) => (
          <span key={value} className="wf-need">
            {value}
          </span>
        ))}
      </dd>
    </>
  );
}
