import Button from '@mui/material/Button';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Plugin, systemApi } from '../../api/system-api.ts';
import { useMay } from '../../app/session.ts';
import { bytes } from '../../ui/bytes.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { IdChip } from '../../ui/copy-chip.tsx';
import { Loaded, Warning } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { toast } from '../../ui/toast.tsx';
import { pluginQuery, pluginsQuery } from './queries.ts';

/** What one decides about: powers in words, what changed, and the hash of exactly what was looked at. */
export function PluginDetail({ id }: { id: string }) {
  const query = useQuery(pluginQuery(id));
  return (
    <div className="plugin-detail">
      <Loaded query={query} rows={3}>
        {query.data ? <Facts plugin={query.data} /> : null}
      </Loaded>
    </div>
  );
}

function Facts({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  const may = useMay();
  const [asking, setAsking] = useState<'allow' | 'refuse' | null>(null);
  const client = useQueryClient();
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: pluginsQuery.queryKey });
    await client.invalidateQueries({ queryKey: ['tasks'] });
  };
  return (
    <>
      {plugin.changes.length > 0 ? (
        <Warning title={t('ownTasks.changed', { count: plugin.changes.length })}>
          <ul>
            {plugin.changes.slice(0, 20).map(({ path, change }) => (
              <li key={path}>
                <span className="mono break" translate="no">
                  {path}
                </span>{' '}
                – {t(`ownTasks.change.${change}`)}
              </li>
            ))}
          </ul>
        </Warning>
      ) : null}
      <dl className="facts">
        <dt>{t('ownTasks.may')}</dt>
        <dd>
          <Powers plugin={plugin} />
        </dd>
        <dt>{t('ownTasks.hash')}</dt>
        <dd>{plugin.hash ? <IdChip value={plugin.hash} short={`${plugin.hash.slice(0, 16)}…`} /> : '–'}</dd>
        <dt>{t('ownTasks.size')}</dt>
        <dd>{t('ownTasks.files', { count: plugin.files, size: bytes(plugin.bytes) })}</dd>
        {plugin.allowed ? (
          <>
            <dt>{t('ownTasks.allowedSince')}</dt>
            <dd>
              <When time={plugin.allowed.at} /> <span className="mono small">{plugin.allowed.by}</span>
            </dd>
          </>
        ) : null}
      </dl>
      {plugin.declares.map((task) => (
        <div key={task.id} className="plugin-task">
          <p>
            <strong>{task.title}</strong>{' '}
            <code className="faint" translate="no">
              {task.id}
            </code>
          </p>
          <p className="muted">{task.summary}</p>
        </div>
      ))}
      {may('plugin:write') ? (
        <div className="row wrap">
          {plugin.hash && !plugin.problem && plugin.state !== 'allowed' ? (
            <Button variant="contained" color="primary" onClick={() => setAsking('allow')}>
              {t('ownTasks.allow')}
            </Button>
          ) : null}
          {plugin.state === 'refused' ? null : (
            <Button onClick={() => setAsking('refuse')}>{t('ownTasks.refuse')}</Button>
          )}
        </div>
      ) : null}
      {asking ? (
        <Confirm
          title={t(`ownTasks.${asking}Title`, { name: plugin.name ?? plugin.id })}
          action={t(`ownTasks.${asking}`)}
          harmless={asking === 'allow'}
          onClose={() => setAsking(null)}
          onConfirm={async () => {
            if (asking === 'allow' && plugin.hash) await systemApi.allowPlugin(plugin.id, plugin.hash);
            else await systemApi.refusePlugin(plugin.id);
            toast(t(`ownTasks.${asking}Done`, { name: plugin.name ?? plugin.id }));
            await refresh();
          }}
        >
          {asking === 'allow' ? (
            <>
              <p>{t('ownTasks.allowHint')}</p>
              <Powers plugin={plugin} />
              <p className="mono small break" translate="no">
                {plugin.hash}
              </p>
            </>
          ) : (
            t('ownTasks.refuseHint')
          )}
        </Confirm>
      ) : null}
    </>
  );
}

function Powers({ plugin }: { plugin: Plugin }) {
  const { t } = useTranslation();
  if (plugin.grants.length === 0) return <>{t('check.noPowers')}</>;
  return (
    <ul className="plugin-powers">
      {plugin.grants.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
