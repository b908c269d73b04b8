import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { LayoutTemplate, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { Page } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { templatesQuery } from './queries.ts';
import { reportsApi } from './reports-api.ts';
import { ReportsNav } from './reports-nav.tsx';
import type { Template } from './types.ts';
import '../../ui/rows.css';
import './reports.css';

export function TemplatesPage() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay()('report:create');
  const query = useQuery(templatesQuery);
  const [removing, setRemoving] = useState<Template | null>(null);
  return (
    <Page
      title={t('templates.title')}
      lead={t('templates.lead')}
      actions={
        may ? (
          <Button
            component={Link}
            to="/report-templates/new"
            variant="contained"
            color="primary"
            startIcon={<Plus size={16} />}
          >
            {t('templates.new')}
          </Button>
        ) : undefined
      }
    >
      <ReportsNav />
      <Loaded query={query} rows={4}>
        <ul className="card rows" aria-label={t('templates.title')}>
          {(query.data?.items ?? []).map((template) => (
            <TemplateRow
              key={template.id}
              template={template}
              {...(may ? { onRemove: () => setRemoving(template) } : {})}
            />
          ))}
        </ul>
      </Loaded>
      {removing ? (
        <Confirm
          title={t('templates.removeTitle', { name: removing.name })}
          action={t('action.remove')}
          onClose={() => setRemoving(null)}
          onConfirm={async () => {
            await reportsApi.removeTemplate(removing.id);
            toast(t('templates.removed', { name: removing.name }));
            await client.invalidateQueries({ queryKey: templatesQuery.queryKey });
          }}
        >
          {t('templates.removeHint')}
        </Confirm>
      ) : null}
    </Page>
  );
}

function TemplateRow({ template, onRemove }: { template: Template; onRemove?: () => void }) {
  const { t } = useTranslation();
  const { name, builtIn, description, organisation, logo, updated } = template;
  return (
    <li>
      <span className="rows-icon">
        <LayoutTemplate size={20} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <p className="rows-title">
          {builtIn ? (
            t(`reports.builtIn.${name as 'delta'}`)
          ) : (
            <Link to={`/report-templates/${encodeURIComponent(template.id)}`}>{name}</Link>
          )}
          {builtIn ? <Badge>{t('templates.builtIn')}</Badge> : null}
          {logo ? <Badge tone="accent">{t('templates.hasLogo')}</Badge> : null}
        </p>
        <p className="rows-facts">
          <span>{description}</span>
          {organisation ? <span>{organisation}</span> : null}
          {updated === null ? null : (
            <span>
              {t('templates.changed')} <When time={updated} />
            </span>
          )}
        </p>
      </div>
      <div className="rows-actions">
        {onRemove ? (
          <Button
            component={Link}
            size="small"
            to={`/reports/new?template=${encodeURIComponent(name)}`}
            aria-label={t('templates.useNamed', { name })}
          >
            {t('templates.use')}
          </Button>
        ) : null}
        {builtIn || !onRemove ? null : (
          <Button size="small" onClick={onRemove} aria-label={t('templates.removeNamed', { name })}>
            {t('action.remove')}
          </Button>
        )}
      </div>
    </li>
  );
}
