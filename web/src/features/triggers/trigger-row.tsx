import Button from '@mui/material/Button';
import Switch from '@mui/material/Switch';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Pencil, Trash2, Webhook, Zap } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMay } from '../../app/session.ts';
import { Badge } from '../../ui/badge.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Failure } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { PauseDialog } from '../schedules/pause-dialog.tsx';
import type { Trigger } from '../workflows/types.ts';
import { triggersApi } from '../workflows/workflows-api.ts';
import { EditWebhookDialog } from './edit-webhook-dialog.tsx';
import { EventDialog } from './event-dialog.tsx';
import { type NewWebhook, WebhookOnce } from './webhook-dialog.tsx';
import '../schedules/schedules.css';

export function TriggerRow({ trigger }: { trigger: Trigger }) {
  const { t } = useTranslation();
  const Icon = trigger.kind === 'event' ? Zap : Webhook;
  return (
    <li>
      <span className="rows-icon">
        <Icon size={18} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <div className="rows-title">
          <span className="break">
            {trigger.kind === 'event'
              ? t('trigger.whenEvent', { event: trigger.event ?? '' })
              : t('trigger.whenWebhook', { name: trigger.name })}
          </span>
          {trigger.paused ? <Badge tone="warning">{t('schedule.paused')}</Badge> : null}
          {trigger.source === 'definition' ? <Badge>{t('schedule.ofDocument')}</Badge> : null}
        </div>
        <div className="rows-facts">
          <Link to={`/workflows/${encodeURIComponent(trigger.workflow)}`}>{trigger.workflow}</Link>
          {trigger.query ? <code className="break">{trigger.query}</code> : null}
          {trigger.kind === 'event' && !trigger.query ? <span>{t('trigger.everyOne')}</span> : null}
          {trigger.signedBy ? <span>{t('trigger.signedBy', { secret: trigger.signedBy })}</span> : null}
          <span>
            {trigger.fired ? (
              <>
                {t('trigger.fired')} <When time={trigger.fired} />
              </>
            ) : (
              t('trigger.neverFired')
            )}
          </span>
          {trigger.lastRun ? (
            <Link to={`/workflow-runs/${trigger.lastRun}`}>{t('schedule.lastRun')}</Link>
          ) : null}
        </div>
        {trigger.refused ? (
          <p className="muted small">
            {t('trigger.refused')} <When time={trigger.refused.time} />:{' '}
            {t(`trigger.refusedWhy.${trigger.refused.why}`)}
          </p>
        ) : null}
        {trigger.address ? <IdChip value={`${window.location.origin}${trigger.address}`} /> : null}
        {trigger.paused ? (
          <p className="muted small break">
            {t('schedule.pausedSince')} <When time={trigger.paused.time} />
            {trigger.paused.note ? `: “${trigger.paused.note}”` : ''}
          </p>
        ) : null}
      </div>
      <Actions trigger={trigger} />
    </li>
  );
}

function Actions({ trigger }: { trigger: Trigger }) {
  const { t } = useTranslation();
  const mayWrite = useMay()('workflow:write');
  const client = useQueryClient();
  const [asking, setAsking] = useState<'edit' | 'pause' | 'remove' | null>(null);
  const [renewed, setRenewed] = useState<NewWebhook | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['triggers'] });
  const resume = useMutation({ mutationFn: () => triggersApi.resume(trigger.id), onSuccess: refresh });
  if (!mayWrite) return null;
  const { name } = trigger;
  const on = trigger.paused === null;
  return (
    <div className="rows-actions">
      {trigger.source === 'manual' ? (
        <Button
          size="small"
          startIcon={<Pencil size={14} />}
          aria-label={t('trigger.editOf', { name })}
          onClick={() => setAsking('edit')}
        >
          {t('action.edit')}
        </Button>
      ) : null}
      {asking === 'edit' && trigger.kind === 'event' ? (
        <EventDialog trigger={trigger} onClose={() => setAsking(null)} />
      ) : null}
      {asking === 'edit' && trigger.kind === 'webhook' ? (
        <EditWebhookDialog
          trigger={trigger}
          onSaved={(webhook) => {
            setAsking(null);
            setRenewed(webhook);
          }}
          onClose={() => setAsking(null)}
        />
      ) : null}
      {renewed ? <WebhookOnce webhook={renewed} onClose={() => setRenewed(null)} /> : null}
      {trigger.source === 'manual' ? (
        <Button
          size="small"
          startIcon={<Trash2 size={14} />}
          aria-label={t('trigger.removeOf', { name })}
          onClick={() => setAsking('remove')}
        >
          {t('action.remove')}
        </Button>
      ) : null}
      <span className="schedule-switch">
        <Switch
          checked={on}
          onChange={() => (on ? setAsking('pause') : resume.mutate())}
          slotProps={{ input: { 'aria-label': t('trigger.onOf', { name }) } }}
        />
        <span className="small muted" aria-hidden="true">
          {on ? t('state.on') : t('state.off')}
        </span>
      </span>
      {resume.error ? <Failure error={resume.error} /> : null}
      {asking === 'pause' ? (
        <PauseDialog
          name={name}
          lead={t('trigger.pauseHint')}
          onPause={async (note) => {
            await triggersApi.pause(trigger.id, note);
            await refresh();
          }}
          onClose={() => setAsking(null)}
        />
      ) : null}
      {asking === 'remove' ? (
        <Confirm
          title={t('trigger.removeTitle', { name })}
          action={t('action.remove')}
          onConfirm={async () => {
            await triggersApi.remove(trigger.id);
            await refresh();
          }}
          onClose={() => setAsking(null)}
        >
          {t('trigger.removeHint')}
        </Confirm>
      ) : null}
    </div>
  );
}
