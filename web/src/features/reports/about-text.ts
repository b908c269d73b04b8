import type { ReportAbout } from './types.ts';

/** The list of exactly what a report is about, where there is one. */
export function aboutLink(about: ReportAbout): string | undefined {
  switch (about.kind) {
    case 'query':
      return `/findings?q=${encodeURIComponent(about.q)}`;
    case 'run':
      return `/runs/${encodeURIComponent(about.run)}`;
    case 'workflow-run':
      return `/workflow-runs/${encodeURIComponent(about.workflowRun)}`;
    case 'file':
      return undefined;
  }
}

export function aboutName(about: ReportAbout): string {
  switch (about.kind) {
    case 'query':
      return about.q;
    case 'run':
      return about.run;
    case 'workflow-run':
      return about.workflowRun;
    case 'file':
      return about.name;
  }
}
