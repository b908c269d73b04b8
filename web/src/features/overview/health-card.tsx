import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { healthFacts, worstOf } from '../health/health-facts.ts';
import { systemQuery } from '../health/queries.ts';
import { VerdictMark } from '../health/verdict-mark.tsx';

export function HealthCard() {
  const { t } = useTranslation();
  const query = useQuery(systemQuery);
  const facts = query.data ? healthFacts(query.data) : [];
  const bad = facts.filter(({ verdict }) => verdict !== 'ok');
  return (
    <Section title={t('home.health.title')} aside={<Link to="/admin/system">{t('home.health.all')}</Link>}>
      <Loaded query={query} rows={1}>
        <div className="card home-health">
          <VerdictMark verdict={worstOf(facts)} />
          {bad.length === 0 ? (
            <span className="muted">{t('home.health.good', { version: query.data?.version })}</span>
          ) : (
            <ul className="home-health-bad">
              {bad.map(({ id }) => (
                <li key={id}>
                  <strong>{t(`health.fact.${id}`)}</strong> {t(`health.do.${id}`)}
                </li>
              ))}
            </ul>
          )}
        </div>
      </Loaded>
    </Section>
  );
}
