import type { Page } from 'playwright-core';
import type { Samples } from './app-routes.ts';

/** A form that writes: how to get to it, what is typed, and where the answer of the server has to stand. */
export interface Form {
  name: string;
  address: (samples: Samples) => string;
  open?: (page: Page) => Promise<void>;
  /** Selector → what is typed. All of it has to stay when the server refuses. */
  typed: Record<string, string>;
  submit: string;
  write: { method: string; path: RegExp };
  /** Field as the server names it → its control. */
  fields: Record<string, string>;
  /** The form is not in a dialog. */
  onPage?: true;
  /** What is there when the server has taken it. */
  done: (page: Page) => Promise<unknown>;
}

const button = (name: string) => async (page: Page) => page.getByRole('button', { name }).first().click();
const closed = (page: Page) => page.getByRole('dialog').first().waitFor({ state: 'detached' });
const row = (name: string) => async (page: Page) => page.getByText(name).first().waitFor();

/** One line for each thing that is written by a form. */
export const FORMS: readonly Form[] = [
  {
    name: 'run form',
    address: () => '/tasks/cvss',
    typed: { '#param-vector': 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N' },
    submit: 'Start',
    write: { method: 'POST', path: /tasks\/cvss\/run$/ },
    fields: { vector: '#param-vector' },
    onPage: true,
    done: (page) => page.waitForURL(/\/runs\/run_/),
  },
  {
    name: 'secret',
    address: () => '/project/secrets',
    open: button('New secret'),
    typed: { '#secret-name': 'scanner.key', '#secret-value': 'typed with care' },
    submit: 'Save',
    write: { method: 'PUT', path: /secrets\/scanner\.key$/ },
    fields: { name: '#secret-name', value: '#secret-value' },
    done: closed,
  },
  {
    name: 'project',
    address: () => '/admin/projects',
    open: button('New project'),
    typed: { '#project-name': 'Mobile App', '#project-slug': 'mobile-app' },
    submit: 'Make project',
    write: { method: 'POST', path: /\/projects$/ },
    fields: { name: '#project-name', slug: '#project-slug' },
    done: closed,
  },
  {
    name: 'role',
    address: () => '/admin/roles',
    open: button('New role'),
    typed: { '#role-name': 'release-manager', '#role-title': 'Decides about releases' },
    submit: 'Make role',
    write: { method: 'POST', path: /\/roles$/ },
    fields: { name: '#role-name', title: '#role-title' },
    done: closed,
  },
  {
    name: 'user',
    address: () => '/admin/users',
    open: button('Add user'),
    typed: { '#user-login': 'margaret', '#user-name': 'Margaret Hamilton', '#user-email': 'm@example.org' },
    submit: 'Add',
    write: { method: 'POST', path: /\/users$/ },
    fields: { login: '#user-login', email: '#user-email', role: '#user-role' },
    done: row('margaret'),
  },
  {
    name: 'token',
    address: () => '/account/tokens',
    open: button('New token'),
    typed: { '#token-name': 'pipeline', '#token-addresses': '192.0.2.0/24' },
    submit: 'Make token',
    write: { method: 'POST', path: /account\/tokens$/ },
    fields: { name: '#token-name', addresses: '#token-addresses', expiresInDays: '#token-expiry' },
    done: row('pipeline'),
  },
  {
    name: 'suppression',
    address: () => '/findings/suppressions?new=severity:low',
    typed: {
      '#suppression-query': 'severity:low path:test/',
      '#suppression-name': 'Tests',
      '#suppression-comment': 'They are not shipped.',
    },
    submit: 'Hide',
    write: { method: 'POST', path: /\/suppressions$/ },
    fields: {
      name: '#suppression-name',
      reason: '#suppression-reason',
      comment: '#suppression-comment',
      expires: '#suppression-days',
    },
    done: closed,
  },
  {
    name: 'report',
    address: () => '/reports/new',
    typed: { '#report-title': 'Quarter', '#report-classification': 'Internal' },
    submit: 'Generate',
    write: { method: 'POST', path: /\/reports$/ },
    fields: { title: '#report-title', classification: '#report-classification', keepDays: '#report-keep' },
    onPage: true,
    done: (page) => page.waitForURL(/\/reports\/rpt_/),
  },
  {
    name: 'report template',
    address: () => '/report-templates/new',
    typed: {
      '#template-name': 'quarterly',
      '#template-organisation': 'Example',
      '#template-footer': 'Internal',
    },
    submit: 'Save',
    write: { method: 'POST', path: /\/report-templates$/ },
    fields: { name: '#template-name', organisation: '#template-organisation', footer: '#template-footer' },
    onPage: true,
    done: (page) => page.waitForURL(/\/report-templates$/),
  },
  {
    name: 'schedule',
    address: () => '/schedules',
    open: async (page) => {
      await button('New schedule')(page);
      await page.locator('#schedule-workflow').selectOption('gated');
    },
    typed: { '#schedule-zone': 'Europe/Vienna', '#schedule-jitter': '10m' },
    submit: 'Save',
    write: { method: 'POST', path: /\/schedules$/ },
    fields: { zone: '#schedule-zone', jitter: '#schedule-jitter', workflow: '#schedule-workflow' },
    done: closed,
  },
  {
    name: 'event trigger',
    address: () => '/triggers',
    open: async (page) => {
      await button('New event trigger')(page);
      await page.locator('#trigger-workflow').selectOption('gated');
    },
    typed: { '#trigger-event': 'finding.reopened', '#trigger-query': 'severity:critical' },
    submit: 'Save',
    write: { method: 'POST', path: /\/triggers$/ },
    fields: { event: '#trigger-event', query: '#trigger-query', workflow: '#trigger-workflow' },
    done: closed,
  },
  {
    name: 'webhook',
    address: () => '/triggers',
    open: async (page) => {
      await button('New webhook')(page);
      await page.locator('#trigger-workflow').selectOption('gated');
    },
    typed: { '#trigger-name': 'github-push' },
    submit: 'Make webhook',
    write: { method: 'POST', path: /\/triggers$/ },
    fields: { name: '#trigger-name', workflow: '#trigger-workflow' },
    done: row('github-push'),
  },
  {
    name: 'triage',
    address: (samples) => `/findings/${samples['/findings/:finding']}`,
    open: async (page) => {
      await page.getByText('What to do').first().waitFor();
      await page.keyboard.press('2');
      await page.getByRole('dialog').getByRole('radio').first().check();
    },
    typed: { '#decision-comment': 'Only in the test of the parser.' },
    submit: 'False positive',
    write: { method: 'POST', path: /\/findings\/triage$/ },
    fields: { reason: '[name=decision-reason]', comment: '#decision-comment' },
    done: closed,
  },
];
