import Button from '@mui/material/Button';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Pin, PinOff, Upload } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { TaskSummary } from '../../api/types.ts';
import { useMay } from '../../app/session.ts';
import { useKeys } from '../../app/use-keys.ts';
import { elapsed } from '../../ui/clock.ts';
import { Page, Section } from '../../ui/page.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { useFileDrop } from '../../ui/use-file-drop.ts';
import { runsQuery } from '../runs/queries.ts';
import { CatalogueFile, ChooseFile } from './catalogue-file.tsx';
import { CATEGORIES } from './categories.ts';
import { formAddress, inputKind, takesFile } from './input-kind.ts';
import { durationsQuery, tasksQuery } from './queries.ts';
import { TaskFacts } from './task-facts.tsx';
import { useCatalogueFile } from './use-catalogue-file.ts';
import { usePinnedTasks } from './use-pinned-tasks.ts';
import './tasks-page.css';

/** Reports of other tools have a screen of their own, with formats, receipt and undo. */
const IMPORT = 'import';
const RECENT = 3;

export function TasksPage() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery(tasksQuery);
  const runs = useInfiniteQuery({ ...runsQuery({}), enabled: may('run:read') });
  const durations = useQuery({ ...durationsQuery, enabled: may('run:read') });
  const medians = new Map(durations.data?.items.map(({ task, medianMs }) => [task, medianMs]));
  const pins = usePinnedTasks();
  const [search, setSearch] = useSearchParams();
  const words = search.get('q') ?? '';
  const only = search.get('category');
  const input = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => input.current?.focus() });

  const given = useCatalogueFile();
  const { file } = given;
  const over = useFileDrop(true, given.choose);

  const importer = query.data?.items.find(({ id }) => id === IMPORT);
  const shown = (query.data?.items ?? []).filter(({ id }) => id !== IMPORT);
  const kind = inputKind(words);
  const offered = file ? shown.filter((task) => takesFile(task, file.name)) : shown;
  const fitting = offered.filter((task) =>
    kind && !file ? task.accepts.includes(kind) : fits(task, words, t(`category.${task.category}`)),
  );
  // What one comes for every day stands first, unless something is looked for.
  const browsing = words === '' && only === null && file === null;
  const pinned = browsing ? pins.ids.flatMap((id) => shown.filter((task) => task.id === id)) : [];
  const recentIds = new Set(runs.data?.pages[0]?.items.map(({ task }) => task));
  const recent = browsing
    ? [...recentIds]
        .flatMap((id) => shown.filter((task) => task.id === id && !pins.ids.includes(id)))
        .slice(0, RECENT)
    : [];
  const groups = CATEGORIES.map((category) => ({
    category,
    tasks: fitting.filter((task) => task.category === category),
  })).filter((group) => group.tasks.length > 0 && (only === null || group.category === only));

  return (
    <Page
      title={t('tasks.title')}
      lead={t('tasks.lead')}
      actions={
        may('finding:import') ? (
          <Button component={Link} to="/findings/imports" startIcon={<Upload size={16} />}>
            {t('imports.add')}
          </Button>
        ) : undefined
      }
    >
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
        <ChooseFile onFile={given.choose} />
        {only === null ? null : <Link to="/tasks">{t('home.tasks.showAll')}</Link>}
      </div>
      {over ? <p className="catalogue-drop">{t('catalogue.dropHere')}</p> : null}
      <CatalogueFile
        given={given}
        importable={
          file !== null && importer !== undefined && may('finding:import') && takesFile(importer, file.name)
        }
      />
      {/* What stands first pushes nothing down when it comes. */}
      <Loaded query={pins.loading || runs.isLoading ? { ...query, data: undefined } : query}>
        {kind && !file ? (
          <p className="muted" role="status">
            {t('catalogue.takes', { kind: t(`kind.${kind}`) })}
          </p>
        ) : null}
        {groups.length === 0 ? (
          <Empty title={offered.length === 0 ? t('catalogue.noneTakes') : t('tasks.none', { words })}>
            {file && offered.length > 0
              ? t('catalogue.othersTake', { count: offered.length })
              : t('tasks.noneHint')}
          </Empty>
        ) : null}
        {[
          { id: 'pinned' as const, tasks: pinned },
          { id: 'recent' as const, tasks: recent },
        ].map(({ id, tasks }) =>
          tasks.length === 0 ? null : (
            <Section key={id} title={t(`catalogue.${id}`)}>
              <ul className="task-cards">
                {tasks.map((task) => (
                  <TaskCard key={task.id} task={task} pins={pins} medianMs={medians.get(task.id)} />
                ))}
              </ul>
            </Section>
          ),
        )}
        {groups.map(({ category, tasks }) => (
          <Section key={category} title={t(`category.${category}`)}>
            <ul className="task-cards">
              {tasks.map((task) => (
                <TaskCard
                  key={task.id}
                  task={task}
                  pins={pins}
                  medianMs={medians.get(task.id)}
                  input={kind && words}
                  onGive={file ? () => given.give(task.id) : undefined}
                />
              ))}
            </ul>
          </Section>
        ))}
      </Loaded>
    </Page>
  );
}

interface TaskCardProps {
  task: TaskSummary;
  pins: ReturnType<typeof usePinnedTasks>;
  /** How long it usually takes here. */
  medianMs: number | undefined;
  /** What was pasted: the form begins with it. */
  input?: string | undefined;
  /** A file waits for a task: this one gets it. */
  onGive?: (() => void) | undefined;
}

function TaskCard({ task, pins, medianMs, input, onGive }: TaskCardProps) {
  const { t } = useTranslation();
  const isPinned = pins.ids.includes(task.id);
  const Icon = isPinned ? PinOff : Pin;
  const takes = [...new Set(task.accepts)];
  return (
    <li className="card task-card">
      <h3>
        {onGive ? (
          <button type="button" className="task-card-link task-card-give" onClick={onGive}>
            {task.title}
          </button>
        ) : (
          <Link to={formAddress(task.id, input)} className="task-card-link">
            {task.title}
          </Link>
        )}
      </h3>
      <button
        type="button"
        className="task-pin"
        aria-pressed={isPinned}
        aria-label={t('catalogue.pin', { task: task.title })}
        onClick={() => pins.toggle(task.id)}
      >
        <Icon size={16} aria-hidden="true" />
      </button>
      <p className="muted">{task.summary}</p>
      <TaskFacts task={task} />
      <p className="task-card-foot faint small">
        <code translate="no">{task.id}</code>
        {takes.length > 0 ? (
          <span>{t('tasks.takes', { kinds: takes.map((kind) => t(`kind.${kind}`)).join(', ') })}</span>
        ) : null}
        {medianMs === undefined ? null : <span>{t('catalogue.usually', { time: elapsed(medianMs) })}</span>}
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
