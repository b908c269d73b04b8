import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Run } from '../../api/types.ts';
import { hasEnded } from '../../ui/run-status.tsx';
import type { LiveRun } from './live-run.ts';
import { RunArtifacts } from './run-artifacts.tsx';
import { RunCompare } from './run-compare.tsx';
import { RunData } from './run-data.tsx';
import { RunFindings } from './run-findings.tsx';
import { RunLog } from './run-log.tsx';
import { RunProblems } from './run-problems.tsx';
import { RunTimeline } from './run-timeline.tsx';
import type { TimelineFacts } from './timeline-facts.ts';

const TABS = ['findings', 'timeline', 'log', 'problems', 'artifacts', 'data', 'compare'] as const;
type TabName = (typeof TABS)[number];

interface RunTabsProps {
  run: Run;
  live: LiveRun | undefined;
  timeline: TimelineFacts;
}

export function RunTabs({ run, live, timeline }: RunTabsProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const found = run.counts.new + run.counts.seen + run.counts.reopened;
  // A task such as a calculator has no findings: its answer is the output.
  const first: TabName = hasEnded(run.status) && found === 0 && run.output ? 'data' : 'findings';
  const tab = TABS.find((name) => name === search.get('tab')) ?? first;
  const counts: Partial<Record<TabName, number>> = { findings: found, problems: run.counts.problems };

  return (
    <div className="run-tabs">
      <Tabs
        value={tab}
        onChange={(_event, next: TabName) => setSearch({ tab: next }, { replace: true })}
        aria-label={t('run.tabs')}
        variant="scrollable"
        scrollButtons={false}
      >
        {TABS.map((name) => (
          <Tab
            key={name}
            value={name}
            id={`tab-${name}`}
            aria-controls="run-panel"
            label={
              counts[name] === undefined ? (
                t(`run.tab.${name}`)
              ) : (
                <span>
                  {t(`run.tab.${name}`)} <span className="tab-count">{counts[name]}</span>
                </span>
              )
            }
          />
        ))}
      </Tabs>
      <div role="tabpanel" id="run-panel" aria-labelledby={`tab-${tab}`} className="run-panel">
        {tab === 'findings' ? <RunFindings run={run} live={live} /> : null}
        {tab === 'timeline' ? <RunTimeline run={run} facts={timeline} /> : null}
        {tab === 'log' ? <RunLog run={run} /> : null}
        {tab === 'problems' ? <RunProblems run={run} live={live} /> : null}
        {tab === 'artifacts' ? <RunArtifacts run={run} /> : null}
        {tab === 'data' ? <RunData run={run} /> : null}
        {tab === 'compare' ? <RunCompare run={run} /> : null}
      </div>
    </div>
  );
}
