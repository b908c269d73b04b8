import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { TaskSummary } from '../../api/types.ts';
import { useKeys } from '../../app/use-keys.ts';
import { Page, Section } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { CATEGORIES } from './categories.ts';
import { tasksQuery } from './queries.ts';
import { TaskFacts } from './task-facts.tsx';
import './tasks-page.css';

export function TasksPage() {
  const { t } = useTranslation();
  const query = useQuery(tasksQuery);
  const [search, setSearch] = useSearchParams();
  const words = search.get('q') ?? '';
  const only = search.get('category');
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus() });

  const fitting = (query.data?.items ?? []).filter((task) =>
    fits(task, words, t(`category.${task.category}`)),
  );
  const groups = CATEGORIES.map((category) => ({
    category,
    tasks: fitting.filter((task) => task.category === category),
  })).filter((group) => group.tasks.length > 0 && (only === null || group.category === only));

  return (
    <Page title={t('tasks.title')} lead={t('tasks.lead')}>
      <div className="tasks-search">
        <SearchField
          type="search"
          label={t('tasks.search')}
          shortcut="/"
          inputRef={input}
          value={words}
          onChange={(event) => {
            const next = new URLSearchParams(search);
            if (event.target.value) next.set('q', event.target.value);
            else next.delete('q');
            setSearch(next, { replace: true });
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        {only === null ? null : <Link to="/tasks">{t('home.tasks.showAll')}</Link>}
      </div>
      <Loaded query={query}>
        {groups.length === 0 ? <Empty title={t('tasks.none', { words })}>{t('tasks.noneHint')}</Empty> : null}
        {groups.map(({ category, tasks }) => (
          <Section key={category} title={t(`category.${category}`)}>
            <ul className="task-cards">
              {tasks.map((task) => (
                <TaskCard key={task.id} task={task} />
              ))}
            </ul>
          </Section>
        ))}
      </Loaded>
    </Page>
  );
}

function TaskCard({ task }: { task: TaskSummary }) {
  const { t } = useTranslation();
  const takes = [...new Set(task.accepts)];
  return (
    <li className="card task-card">
      <h3>
        <Link to={`/tasks/${encodeURIComponent(task.id)}`} className="task-card-link">
          {task.title}
        </Link>
      </h3>
      <p className="muted">{task.summary}</p>
      <TaskFacts task={task} />
      <p className="task-card-foot faint small">
        <code translate="no">{task.id}</code>
        {takes.length > 0 ? (
          <span>{t('tasks.takes', { kinds: takes.map((kind) => t(`kind.${kind}`)).join(', ') })}</span>
        ) : null}
        {task.ruleCount > 0 ? <span>{t('tasks.rules', { count: task.ruleCount })}</span> : null}
      </p>
    </li>
  );
}

/** Every word must occur somewhere; a word may be the beginning of one. */
function fits(task: TaskSummary, words: string, category: string): boolean {
  const text = `${task.id} ${task.title} ${task.summary} ${category} ${task.accepts.join(' ')}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
