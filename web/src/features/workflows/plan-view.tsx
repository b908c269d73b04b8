import { CircleX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Plan } from './types.ts';

/** A dry run: what each step would do, on what, and what is in its way. */
export function PlanView({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  return (
    <section className="stack" aria-label={t('plan.title')}>
      <h3>{t('plan.title')}</h3>
      <p className="muted small">{t('plan.hint')}</p>
      <ol className="card wf-plan">
        {plan.steps.map((step) => (
          <li key={step.step}>
            <div className="row wrap">
              <strong className="break">{step.step}</strong>
              <span className="muted small mono break">{step.does}</span>
            </div>
            <div className="wf-plan-facts">
              {step.target ? (
                <span className="break">
                  {t('plan.target')} <code>{step.target}</code>
                </span>
              ) : null}
              {step.condition ? (
                <span className="break">
                  {t('plan.onlyIf')} <code>{step.condition}</code>
                </span>
              ) : null}
              {step.needs.length > 0 ? (
                <span>{t('plan.after', { names: step.needs.join(', ') })}</span>
              ) : null}
            </div>
            {step.problem ? (
              <p className="field-error row">
                <CircleX size={14} aria-hidden="true" /> {step.problem.message}
              </p>
            ) : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
