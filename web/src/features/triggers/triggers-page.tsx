import Button from '@mui/material/Button';
import { useQuery } from '@tanstack/react-query';
import { Plus, Webhook, Zap } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../app/session.ts';
import { Page } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { triggersQuery } from '../workflows/queries.ts';
import { useWorkflowsRefresh } from '../workflows/use-workflows-refresh.ts';
import { WorkflowsNav } from '../workflows/workflows-nav.tsx';
import { EventDialog } from './event-dialog.tsx';
import { TriggerRow } from './trigger-row.tsx';
import { type NewWebhook, WebhookDialog, WebhookOnce } from './webhook-dialog.tsx';
import '../../ui/rows.css';

/** What starts workflows beside people and clocks: events here, signed requests from outside. */
export function TriggersPage() {
  const { t } = useTranslation();
  const query = useQuery(triggersQuery());
  const mayWrite = useMay()('workflow:write');
  const [adding, setAdding] = useState<'event' | 'webhook' | null>(null);
  const [made, setMade] = useState<NewWebhook | null>(null);
  useWorkflowsRefresh();
  const triggers = query.data?.items ?? [];
  return (
    <Page
      title={t('trigger.title')}
      lead={t('trigger.lead')}
      actions={
        mayWrite ? (
          <>
            <Button startIcon={<Webhook size={16} />} onClick={() => setAdding('webhook')}>
              {t('trigger.newWebhook')}
            </Button>
            <Button
              variant="contained"
              color="primary"
              startIcon={<Plus size={16} />}
              onClick={() => setAdding('event')}
            >
              {t('trigger.newEvent')}
            </Button>
          </>
        ) : undefined
      }
    >
      <WorkflowsNav />
      <Loaded query={query}>
        {triggers.length === 0 ? (
          <Empty title={t('trigger.none')} icon={<Zap size={22} />}>
            {t('trigger.noneHint')}
          </Empty>
        ) : (
          <ul className="card rows" aria-label={t('trigger.title')}>
            {triggers.map((trigger) => (
              <TriggerRow key={trigger.id} trigger={trigger} />
            ))}
          </ul>
        )}
      </Loaded>
      {adding === 'event' ? <EventDialog onClose={() => setAdding(null)} /> : null}
      {adding === 'webhook' ? (
        <WebhookDialog
          onMade={(webhook) => {
            setAdding(null);
            setMade(webhook);
          }}
          onClose={() => setAdding(null)}
        />
      ) : null}
      {made ? <WebhookOnce webhook={made} onClose={() => setMade(null)} /> : null}
    </Page>
  );
}
