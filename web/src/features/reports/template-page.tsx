import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { tagOf } from '../../api/client.ts';
import { Page } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { templateQuery } from './queries.ts';
import { templatePath } from './reports-api.ts';
import { TemplateForm } from './template-form.tsx';
import './reports.css';

/** `/report-templates/new` */
export function NewTemplatePage() {
  const { t } = useTranslation();
  return (
    <Page title={t('templates.newTitle')} lead={t('templates.newLead')} width="reading">
      <TemplateForm stored={undefined} tag={undefined} />
    </Page>
  );
}

/** `/report-templates/:template` */
export function TemplatePage() {
  const { t } = useTranslation();
  const { template = '' } = useParams();
  const query = useQuery(templateQuery(template));
  return (
    <Page title={query.data?.name ?? t('templates.one')} width="reading">
      <Loaded query={query} rows={6}>
        {query.data ? (
          <TemplateForm key={query.data.id} stored={query.data} tag={tagOf(templatePath(template))} />
        ) : null}
      </Loaded>
    </Page>
  );
}
