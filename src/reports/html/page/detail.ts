import type { PageDetail } from '../page-data.ts';
import { SEVERITY_LIST } from '../page-data.ts';
import { byId } from './list.ts';
import { capital, type Findings } from './read-data.ts';

/** Everything about one finding, beside the list. Its block of details is unpacked when one of it is opened. */
export function createDetail(findings: Findings, closed: () => void) {
  const panel = byId('detail');
  const blocks = new Map<number, Promise<PageDetail[]>>();
  let wanted = -1;

  async function open(index: number): Promise<void> {
    wanted = index;
    const { data } = findings;
    const at = Math.floor(index / data.perBlock);
    let block = blocks.get(at);
    if (!block) {
      block = unpack(at);
      blocks.set(at, block);
    }
    const detail = (await block)[index % data.perBlock];
    if (wanted !== index || !detail) return;
    panel.replaceChildren(...contents(findings, index, detail, close));
    panel.hidden = false;
    panel.scrollTop = 0;
    document.body.classList.add('opened');
  }

  function close(): void {
    if (panel.hidden) return;
    wanted = -1;
    panel.hidden = true;
    document.body.classList.remove('opened');
    closed();
  }

  return { open, close, isOpen: () => !panel.hidden };
}

async function unpack(at: number): Promise<PageDetail[]> {
  const element = byId(`d${at}`);
  const bytes = Uint8Array.from(atob(element.textContent ?? ''), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(stream).text()) as PageDetail[];
}

function contents(
  findings: Findings,
  index: number,
  [facts, excerpt, flow]: PageDetail,
  close: () => void,
): Node[] {
  const { data } = findings;
  const severity = SEVERITY_LIST[findings.severity[index] ?? 0] ?? 'info';
  const rule = data.rules[data.rule[index] ?? 0];
  const button = make('button', 'close', '×');
  button.setAttribute('aria-label', 'Close the finding (Esc)');
  button.addEventListener('click', close);
  const nodes: Node[] = [
    button,
    make('span', `chip s-${severity}`, capital(severity)),
    make('h3', '', data.titles[data.title[index] ?? 0] ?? ''),
    make('p', 'mono', data.place[index] ?? ''),
  ];
  if (data.message[index]) nodes.push(make('p', '', data.message[index]));
  if (excerpt) {
    const code = make('pre', 'code', '');
    code.tabIndex = 0;
    excerpt.lines.forEach((text, offset) => {
      const number = excerpt.first + offset;
      const line = make('span', number >= excerpt.from && number <= excerpt.to ? 'l hit' : 'l', '');
      line.append(make('i', '', String(number)), `${text}\n`);
      code.append(line);
    });
    nodes.push(code);
  }
  if (flow.length > 0) {
    const list = document.createElement('ol');
    for (const [place, note] of flow) {
      const item = make('li', '', note ? `${note} ` : '');
      item.append(make('code', '', place));
      list.append(item);
    }
    nodes.push(make('h4', '', 'How it gets there'), list);
  }
  const table = make('dl', 'facts', '');
  for (const [name, value] of [...facts, ['Id', data.id[index] ?? '']]) {
    const row = document.createElement('div');
    row.append(make('dt', '', name ?? ''), make('dd', '', value ?? ''));
    table.append(row);
  }
  nodes.push(table);
  if (rule?.why) nodes.push(make('h4', '', 'Why'), make('p', '', rule.why));
  if (rule?.fix) nodes.push(make('h4', '', 'What to do'), make('p', '', rule.fix));
  if (rule && rule.links.length > 0) {
    const list = document.createElement('ul');
    for (const href of rule.links) {
      const link = document.createElement('a');
      link.href = href;
      link.target = '_blank';
      link.rel = 'noreferrer';
      link.textContent = href;
      const item = document.createElement('li');
      item.append(link);
      list.append(item);
    }
    nodes.push(make('h4', '', 'More'), list);
  }
  return nodes;
}

function make(tag: string, className: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}
