import { useQuery } from '@tanstack/react-query';
import { FilePlus2, LayoutTemplate } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { templatesQuery } from './queries.ts';
import './workflows-page.css';

/** Something to start from, and nothing at all. */
export function Templates() {
  const { t } = useTranslation();
  const query = useQuery(templatesQuery);
  return (
    <Section title={t('workflows.templates')}>
      <Loaded query={query} rows={3}>
        <ul className="wf-templates">
          {query.data?.items.map((template) => (
            <li key={template.name} className="card wf-template">
              <LayoutTemplate size={18} aria-hidden="true" />
              <div>
                <Link to={`/new-workflow?template=${encodeURIComponent(template.name)}`}>
                  {template.name}
                </Link>
                <p className="muted small">{template.description}</p>
              </div>
            </li>
          ))}
          <li className="card wf-template">
            <FilePlus2 size={18} aria-hidden="true" />
            <div>
              <Link to="/new-workflow?template=">{t('workflows.blank')}</Link>
              <p className="muted small">{t('workflows.blankHint')}</p>
            </div>
          </li>
        </ul>
      </Loaded>
    </Section>
  );
}
