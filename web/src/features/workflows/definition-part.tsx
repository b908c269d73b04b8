import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { whenInWords } from '../schedules/in-document.tsx';
import { Canvas } from './designer/canvas.tsx';
import { YamlEditor } from './designer/yaml-editor.tsx';
import { graphOf } from './document/graph.ts';
import { parseText } from './document/parse.ts';
import { NeedsView } from './needs-view.tsx';
import { schedulesQuery, triggersQuery, validationQuery } from './queries.ts';
import type { Workflow } from './types.ts';
import { Until } from './until.tsx';

/** The picture, what it needs, what starts it, and the document itself. */
export function DefinitionPart({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const [selected, setSelected] = useState<string | null>(null);
  const graph = useMemo(() => graphOf(parseText(workflow.source).value ?? {}), [workflow.source]);
  const check = useQuery(validationQuery(workflow.source));
  return (
    <>
      <div className="card wf-picture">
        <Canvas
          graph={graph}
          label={t('workflow.picture', { name: workflow.name })}
          selected={selected}
          onSelect={setSelected}
        />
      </div>
      <Section title={t('workflow.needs')}>
        <Loaded query={check} rows={3}>
          {check.data?.needs ? <NeedsView needs={check.data.needs} /> : null}
        </Loaded>
      </Section>
      <Starts workflow={workflow} />
      <Section title={t('workflow.document')}>
        <div className="card wf-source">
          <YamlEditor label={t('workflow.document')} source={workflow.source} readOnly />
        </div>
      </Section>
    </>
  );
}

function Starts({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const schedules = useQuery(schedulesQuery(workflow.name));
  const triggers = useQuery(triggersQuery(workflow.name));
  const none = schedules.data?.items.length === 0 && triggers.data?.items.length === 0;
  return (
    <Section title={t('workflow.starts')}>
      <Loaded query={schedules} rows={2}>
        <ul className="stack">
          {workflow.definition.on.manual ? <li>{t('workflow.byHand')}</li> : null}
          {schedules.data?.items.map((schedule) => (
            <li key={schedule.id}>
              <Link to="/schedules" title={schedule.cron}>
                {whenInWords(schedule.cron, schedule.zone)}
              </Link>
              {schedule.source === 'definition' ? `, ${t('schedule.fromDocument')}` : ''}
              {' · '}
              {schedule.paused ? (
                t('workflows.paused')
              ) : schedule.due ? (
                <Until time={schedule.due} />
              ) : (
                t('workflows.neverAgain')
              )}
            </li>
          ))}
          {triggers.data?.items.map((trigger) => (
            <li key={trigger.id}>
              <Link to="/triggers">{trigger.name}</Link> <code>{trigger.event ?? trigger.address}</code>
              {trigger.paused ? ` · ${t('workflows.paused')}` : ''}
            </li>
          ))}
          {none && !workflow.definition.on.manual ? <li>{t('workflow.byNothing')}</li> : null}
        </ul>
      </Loaded>
    </Section>
  );
}
