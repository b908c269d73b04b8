import { SEVERITY_LIST, STATUS_LIST } from '../page-data.ts';
import { byId } from './list.ts';
import type { Findings } from './read-data.ts';

/** On paper the list is a table. A browser prints some thousands of rows; beyond that it says what is left out. */
const MOST = 5_000;

export function preparePrint(findings: Findings, shown: () => Uint32Array, words: () => string): void {
  const place = byId('printed');
  addEventListener('beforeprint', () => {
    const list = shown();
    const { data } = findings;
    const table = document.createElement('table');
    const caption = table.createCaption();
    caption.textContent = `${words()}${list.length > MOST ? `. The first ${MOST.toLocaleString('en-US')} follow; the PDF of this report has all` : ''}`;
    const head = table.createTHead().insertRow();
    for (const title of ['Severity', 'What', 'Where', 'Status']) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = title;
      head.append(cell);
    }
    const body = table.createTBody();
    for (const index of list.subarray(0, MOST)) {
      const row = body.insertRow();
      const cells = [
        SEVERITY_LIST[findings.severity[index] ?? 0],
        data.titles[data.title[index] ?? 0],
        data.place[index],
        STATUS_LIST[findings.status[index] ?? 0],
      ];
      for (const text of cells) row.insertCell().textContent = text ?? '';
    }
    place.replaceChildren(table);
  });
  addEventListener('afterprint', () => place.replaceChildren());
}
