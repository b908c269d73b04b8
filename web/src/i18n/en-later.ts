import { around } from './en.ts';
import { admin } from './en-admin.ts';
import { dashboard } from './en-dashboard.ts';
import { findingTexts } from './en-findings.ts';
import { reports } from './en-reports.ts';
import { runTexts } from './en-runs.ts';
import { workflows } from './en-workflows.ts';

/** Texts of the pages: they come with the shell, so that the page to sign in has none of them to load. */
export const later = {
  ...around,
  ...workflows,
  ...admin,
  ...dashboard,
  ...findingTexts,
  ...reports,
  ...runTexts,
} as const;
