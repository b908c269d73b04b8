/** The script of a report: it stands in the page as one piece and works without any network. */
import { redraw } from './charts.ts';
import { createDetail } from './detail.ts';
import { createFacets } from './facets.ts';
import { type Chosen, matches } from './filter.ts';
import { byId, createList } from './list.ts';
import { preparePrint } from './print.ts';
import { readData } from './read-data.ts';

if (document.getElementById('data')) start();

function start(): void {
  const findings = readData();
  const chosen: Chosen = { words: '', values: new Map() };
  let shown = matches(findings, chosen);

  for (const id of ['bar', 'split']) byId(id).hidden = false;
  const list = createList(findings, { open: (index) => void detail.open(index), moved: () => undefined });
  const detail = createDetail(findings, () => list.focus());
  const facets = createFacets(findings, chosen, apply);
  const search = byId('q') as HTMLInputElement;
  const help = byId('help') as HTMLDialogElement;

  function apply(): void {
    shown = matches(findings, chosen);
    list.show(shown);
    facets.drawChips();
    redraw(findings, shown);
    byId('count').textContent = words();
  }

  function words(): string {
    const all = findings.count.toLocaleString('en-US');
    return shown.length === findings.count
      ? `${all} findings`
      : `${shown.length.toLocaleString('en-US')} of ${all} findings`;
  }

  list.show(shown);
  byId('count').textContent = words();
  preparePrint(findings, () => shown, words);

  search.addEventListener('input', () => {
    chosen.words = search.value;
    apply();
  });
  byId('help-button').addEventListener('click', () => help.showModal());
  byId('help-close').addEventListener('click', () => help.close());

  /** A bar of a chart, a category of a standard. */
  function chooseFrom(target: EventTarget | null): boolean {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-key]') : null;
    const { key, value } = element?.dataset ?? {};
    if (!key || value === undefined) return false;
    // The charts of the server's side name assets by their id.
    facets.toggle(key, value);
    byId('explorer').scrollIntoView({ block: 'nearest' });
    return true;
  }
  document.addEventListener('click', (event) => void chooseFrom(event.target));

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    const done = typing ? typingKey(event.key) : pageKey(event);
    if (done) event.preventDefault();
  });

  function typingKey(key: string): boolean {
    if (key === 'Enter' || key === 'ArrowDown') {
      list.focus();
      return true;
    }
    if (key !== 'Escape' || document.activeElement !== search) return false;
    search.value = '';
    chosen.words = '';
    apply();
    list.focus();
    return true;
  }

  function pageKey({ key, target }: KeyboardEvent): boolean {
    const inList = target instanceof Element && target.id === 'list';
    const actions: Record<string, () => void> = {
      j: () => list.step(1),
      k: () => list.step(-1),
      '/': () => search.focus(),
      '?': () => help.showModal(),
      Escape: goBack,
      ...(inList
        ? {
            ArrowDown: () => list.step(1),
            ArrowUp: () => list.step(-1),
            PageDown: () => list.step(12),
            PageUp: () => list.step(-12),
            Home: () => list.to(0),
            End: () => list.end(),
          }
        : {}),
    };
    if ((key === 'Enter' || key === ' ') && target instanceof Element) {
      if (target.matches('button, a, summary, pre')) return false;
      if (target.hasAttribute('data-key')) return chooseFrom(target);
      if (key === 'Enter') list.open();
      return key === 'Enter';
    }
    const action = actions[key];
    action?.();
    if (action && (key === 'j' || key === 'k')) {
      list.focus();
      if (detail.isOpen()) list.open();
    }
    return action !== undefined;
  }

  function goBack(): void {
    if (detail.isOpen()) detail.close();
    else if (chosen.values.size > 0 || chosen.words) {
      chosen.values.clear();
      chosen.words = '';
      search.value = '';
      apply();
    }
  }

  // What a search needs is made while nobody waits for it.
  setTimeout(() => findings.texts(), 300);
  redraw(findings, shown);
}
