import { useQuery } from '@tanstack/react-query';
import { Puzzle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { PluginSummary } from '../../api/system-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { PluginDetail } from './plugin-detail.tsx';
import { pluginsQuery } from './queries.ts';
import '../../ui/rows.css';
import './plugins.css';

export const STATE_TONES = {
  allowed: 'success',
  changed: 'warning',
  new: 'accent',
  refused: 'plain',
  broken: 'danger',
  missing: 'warning',
} as const satisfies Partial<Record<PluginSummary['state'], string>>;

export function PluginsPage() {
  const { t } = useTranslation();
  const query = useQuery(pluginsQuery);
  const [search] = useSearchParams();
  const shown = search.get('plugin');
  const items = query.data?.items ?? [];
  return (
    <Section title={t('ownTasks.title')}>
      <p className="muted prose">{t('ownTasks.lead')}</p>
      <Loaded query={query} rows={3}>
        {items.length === 0 ? (
          <Empty title={t('ownTasks.none')} icon={<Puzzle size={22} />}>
            {t('ownTasks.noneHint')}
          </Empty>
        ) : (
          <ul className="rows card">
            {items.map((plugin) => (
              <li key={plugin.id}>
                <span className="rows-icon">
                  <Puzzle size={20} aria-hidden="true" />
                </span>
                <div className="rows-main">
                  <p className="rows-title">
                    <Link
                      to={shown === plugin.id ? '?' : `?plugin=${encodeURIComponent(plugin.id)}`}
                      translate="no"
                    >
                      {plugin.name ?? plugin.id}
                    </Link>
                    {plugin.version ? <span className="faint mono small">{plugin.version}</span> : null}
                    <PluginState state={plugin.state} />
                  </p>
                  <p className="rows-facts">
                    <span>{t('ownTasks.tasks', { count: plugin.tasks.length })}</span>
                    <span className="mono" translate="no">
                      {plugin.tasks.join(', ')}
                    </span>
                    {plugin.powers.length > 0 ? (
                      <span>
                        {t('ownTasks.powers')} {plugin.powers.join(', ')}
                      </span>
                    ) : null}
                  </p>
                  {plugin.problem ? <p className="plugin-problem break">{plugin.problem}</p> : null}
                </div>
                {shown === plugin.id ? <PluginDetail id={plugin.id} /> : null}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

export function PluginState({ state }: { state: PluginSummary['state'] }) {
  const { t } = useTranslation();
  return <Badge tone={STATE_TONES[state]}>{t(`ownTasks.state.${state}`)}</Badge>;
}
