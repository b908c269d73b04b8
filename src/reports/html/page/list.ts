import { SEVERITY_LIST, STATUS_LIST } from '../page-data.ts';
import { capital, type Findings } from './read-data.ts';

const ROW = 46;
/** Browsers end at about 16 million pixels; beyond that a pixel stands for more than itself. */
const MOST_HEIGHT = 12_000_000;
const AROUND = 6;

/** A list that only has the rows that one sees. */
export function createList(
  findings: Findings,
  on: { open(index: number): void; moved(position: number): void },
) {
  const list = byId('list');
  const space = byId('space');
  const rows = byId('rows');
  const pool: HTMLElement[] = [];
  let shown: Uint32Array = new Uint32Array();
  let position = 0;
  let scale = 1;
  let drawn = '';

  function height(): number {
    return shown.length * ROW;
  }

  function draw(): void {
    const view = list.clientHeight;
    const top = list.scrollTop * scale;
    const first = Math.max(0, Math.floor(top / ROW) - AROUND);
    const last = Math.min(shown.length, Math.ceil((top + view) / ROW) + AROUND);
    const state = `${first},${last},${position},${shown.length},${shown[first]}`;
    if (state === drawn) return;
    drawn = state;
    rows.style.transform = `translateY(${list.scrollTop + first * ROW - top}px)`;
    while (pool.length < last - first) {
      const row = document.createElement('div');
      row.setAttribute('role', 'option');
      pool.push(row);
      rows.append(row);
    }
    pool.forEach((row, at) => {
      const here = first + at;
      row.hidden = here >= last;
      if (!row.hidden) fill(row, here);
    });
    list.setAttribute('aria-activedescendant', shown.length > 0 ? `row-${position}` : '');
  }

  function fill(row: HTMLElement, here: number): void {
    const index = shown[here] ?? 0;
    const { data } = findings;
    const severity = SEVERITY_LIST[findings.severity[index] ?? 0] ?? 'info';
    const status = STATUS_LIST[findings.status[index] ?? 0] ?? 'open';
    row.id = `row-${here}`;
    row.className = here === position ? 'row on' : 'row';
    row.dataset.at = String(here);
    row.setAttribute('aria-selected', String(here === position));
    row.setAttribute('aria-setsize', String(shown.length));
    row.setAttribute('aria-posinset', String(here + 1));
    const chip = span(`chip s-${severity}`, capital(severity));
    const title = span('title', data.titles[data.title[index] ?? 0] ?? '');
    const place = span('place', data.place[index] ?? '');
    const state = span('state', status === 'open' ? '' : capital(status.replace('-', ' ')));
    row.replaceChildren(chip, title, state, place);
  }

  function move(to: number, open = false): void {
    if (shown.length === 0) return;
    position = Math.max(0, Math.min(shown.length - 1, to));
    const top = position * ROW;
    const view = list.clientHeight;
    const now = list.scrollTop * scale;
    if (top < now) list.scrollTop = top / scale;
    else if (top + ROW > now + view) list.scrollTop = (top + ROW - view) / scale;
    draw();
    on.moved(position);
    if (open) on.open(shown[position] ?? 0);
  }

  list.addEventListener('scroll', draw, { passive: true });
  new ResizeObserver(() => {
    drawn = '';
    draw();
  }).observe(list);
  rows.addEventListener('click', (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>('.row');
    if (row) move(Number(row.dataset.at), true);
  });

  return {
    show(next: Uint32Array): void {
      shown = next;
      position = 0;
      const real = Math.min(MOST_HEIGHT, height());
      space.style.height = `${real}px`;
      // So that the end of the bar is the end of the list.
      scale = height() > MOST_HEIGHT ? (height() - list.clientHeight) / (MOST_HEIGHT - list.clientHeight) : 1;
      list.scrollTop = 0;
      drawn = '';
      draw();
    },
    step: (by: number) => move(position + by),
    to: (at: number) => move(at),
    end: () => move(shown.length - 1),
    open: () => move(position, true),
    focus: () => list.focus({ preventScroll: true }),
  };
}

function span(className: string, text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}

export function byId(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}
