import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import type { Params, TaskInfo } from '../../api/types.ts';
import { Page } from '../../ui/page.tsx';
import { Prose } from '../../ui/prose.tsx';
import { Loaded } from '../../ui/states.tsx';
import { isObject } from './form/params.ts';
import { paramsFor } from './input-kind.ts';
import { taskQuery } from './queries.ts';
import { RunForm } from './run-form.tsx';
import { TaskFacts } from './task-facts.tsx';
import './run-form.css';

/** A longer description is folded: the form comes first. */
const LONG_TEXT = 400;

export function RunFormPage() {
  const { task = '' } = useParams();
  const query = useQuery(taskQuery(task));
  const { t } = useTranslation();
  return (
    <Page
      title={query.data?.title ?? t('form.title')}
      lead={query.data?.summary}
      actions={<Link to="/tasks">{t('form.allTasks')}</Link>}
    >
      <Loaded query={query}>{query.data ? <Content key={task} info={query.data} /> : null}</Loaded>
    </Page>
  );
}

function Content({ info }: { info: TaskInfo }) {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  return (
    <div className="run-form-columns">
      <RunForm
        info={info}
        prefilled={readParams(search.get('params')) ?? pasted(info, search.get('input'))}
      />
      <aside className="run-form-aside" aria-label={t('form.about')}>
        <TaskFacts task={info} />
        <details open={info.description.length < LONG_TEXT || undefined}>
          <summary>{t('form.how')}</summary>
          <Prose text={info.description} className="muted small" />
        </details>
        <p className="faint small">
          {t('form.limits', {
            minutes: Math.round(info.limits.timeSeconds / 60),
            memory: info.limits.memoryMb,
          })}
        </p>
      </aside>
    </div>
  );
}

function pasted(info: TaskInfo, input: string | null): Params | undefined {
  return input === null ? undefined : paramsFor(info, input);
}

function readParams(text: string | null): Params | undefined {
  if (text === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
