import { useQuery } from '@tanstack/react-query';
import { Server } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Process } from '../../api/system-api.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/page.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { When } from '../../ui/time.tsx';
import { processesQuery, queuesQuery } from './queries.ts';
import '../../ui/rows.css';

/** Who does the work, and what waits for somebody who can. */
export function Processes() {
  const { t } = useTranslation();
  const query = useQuery(processesQuery);
  const queues = useQuery(queuesQuery);
  const items = query.data?.items ?? [];
  const waiting = queues.data?.items ?? [];
  return (
    <Section title={t('health.processes')}>
      <Loaded query={query} rows={2}>
        {items.length === 0 ? <Empty title={t('health.noProcesses')} icon={<Server size={22} />} /> : null}
        <ul className={items.length > 0 ? 'rows card' : undefined}>
          {items.map((one) => (
            <ProcessRow key={one.id} one={one} />
          ))}
        </ul>
      </Loaded>
      {waiting.length > 0 ? (
        <ul className="rows card" aria-label={t('health.waiting')}>
          {waiting.map((queue) => (
            <li key={queue.needs}>
              <div className="rows-main">
                <p className="rows-title">
                  <span className="mono" translate="no">
                    {queue.needs || t('health.anyWorker')}
                  </span>
                  {queue.met ? null : <Badge tone="warning">{t('health.nobody')}</Badge>}
                </p>
                <p className="rows-facts">
                  <span>{t('health.ready', { count: queue.ready })}</span>
                  <span>{t('health.queued', { count: queue.queued })}</span>
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : null}
    </Section>
  );
}

function ProcessRow({ one }: { one: Process }) {
  const { t } = useTranslation();
  const labels = Object.entries(one.labels);
  return (
    <li>
      <span className="rows-icon">
        <Server size={20} aria-hidden="true" />
      </span>
      <div className="rows-main">
        <p className="rows-title">
          <span translate="no">{one.host}</span>
          <Badge>{one.role}</Badge>
          {labels.map(([name, value]) => (
            <Badge key={name}>{`${name}=${value}`}</Badge>
          ))}
        </p>
        <p className="rows-facts">
          <span translate="no">{one.version}</span>
          <span>{t('health.places', { count: one.places })}</span>
          <span>
            {t('health.seen')} <When time={one.heartbeat} />
          </span>
        </p>
        {one.doing.length > 0 ? (
          <p className="rows-facts">
            {one.doing.map((work) => (
              <Link
                key={`${work.run}${work.step}`}
                to={work.run.startsWith('run_') ? `/runs/${work.run}` : `/workflows/runs/${work.run}`}
              >
                {work.what}
              </Link>
            ))}
          </p>
        ) : null}
      </div>
    </li>
  );
}
