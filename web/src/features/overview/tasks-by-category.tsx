import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Category } from '../../api/types.ts';
import { Section } from '../../ui/page.tsx';
import { Loaded } from '../../ui/states.tsx';
import { CATEGORIES } from '../tasks/categories.ts';
import { tasksQuery } from '../tasks/queries.ts';
import { runTotalsQuery } from './queries.ts';
import { Meter } from './run-totals.tsx';
import { runsLink, type Scope } from './scope.ts';

/** What there is to run, and what was run of it. */
export function TasksByCategory({ scope, counting }: { scope: Scope; counting: boolean }) {
  const { t } = useTranslation();
  const tasks = useQuery(tasksQuery);
  const runs = useQuery({ ...runTotalsQuery(scope.asked), enabled: counting });
  const categoryOf = new Map(tasks.data?.items.map(({ id, category }) => [id, category]));
  const ran = new Map<Category, number>();
  for (const { task, count } of runs.data?.items ?? []) {
    const category = categoryOf.get(task);
    if (category) ran.set(category, (ran.get(category) ?? 0) + count);
  }
  const most = Math.max(1, ...ran.values());
  const present = CATEGORIES.filter((category) =>
    tasks.data?.items.some((task) => task.category === category),
  );
  return (
    <Section title={t('home.tasks.title')} aside={<Link to="/tasks">{t('overview.allTasks')}</Link>}>
      <Loaded query={tasks} rows={4}>
        <ul className="card meter-list">
          {present.map((category) => {
            const count = tasks.data?.items.filter((task) => task.category === category).length ?? 0;
            return (
              <li key={category} className="meter-link">
                <Link to={`/tasks?category=${category}`} className="truncate">
                  {t('home.tasks.count', { count, category: t(`category.${category}`) })}
                </Link>
                {runs.data ? (
                  <>
                    <Meter share={(ran.get(category) ?? 0) / most} />
                    <Link
                      className="meter-number"
                      to={runsLink(scope.asset, { category, since: runs.data.from })}
                    >
                      {t('home.tasks.runs', { count: ran.get(category) ?? 0 })}
                    </Link>
                  </>
                ) : null}
              </li>
            );
          })}
        </ul>
      </Loaded>
    </Section>
  );
}
