import type { Chosen } from './filter.ts';
import { byId } from './list.ts';
import { FACETS, type Findings } from './read-data.ts';

/** Values of a list of choices; the other ones are found by the search and by the charts. */
const MOST = 200;

/** A select for each facet that has something to choose from, and the chips of what was chosen. */
export function createFacets(findings: Findings, chosen: Chosen, changed: () => void) {
  const bar = byId('facets');
  const { data } = findings;
  for (const { key, title, choices } of choicesOf(findings)) {
    if (choices.length < 2) continue;
    const select = document.createElement('select');
    select.setAttribute('aria-label', title);
    select.append(new Option(title, ''));
    for (const { value, name, count } of choices.slice(0, MOST))
      select.append(new Option(`${name} (${count.toLocaleString('en-US')})`, value));
    select.addEventListener('change', () => {
      if (select.value) toggle(key, select.value);
      select.value = '';
    });
    bar.append(select);
  }

  function toggle(key: string, value: string): void {
    const values = chosen.values.get(key) ?? new Set<string>();
    if (!values.delete(value)) values.add(value);
    if (values.size === 0) chosen.values.delete(key);
    else chosen.values.set(key, values);
    changed();
  }

  function drawChips(): void {
    const chips = [...chosen.values].flatMap(([key, values]) =>
      [...values].map((value) => {
        const chip = document.createElement('button');
        chip.type = 'button';
        chip.className = 'filter';
        const name = `${titleOf(key)}: ${nameOf(key, value)}`;
        chip.textContent = `${name} ×`;
        chip.setAttribute('aria-label', `Remove the filter ${name}`);
        chip.addEventListener('click', () => toggle(key, value));
        return chip;
      }),
    );
    byId('chips').replaceChildren(...chips);
  }

  function nameOf(key: string, value: string): string {
    if (key === 'category') return data.categories.find((one) => one.key === value)?.title ?? value;
    if (key === 'asset') return data.assets[Number(value)] ?? value;
    if (key === 'rule') return data.rules.find((rule) => rule.key === value)?.title ?? value;
    return value;
  }

  return { toggle, drawChips };
}

function titleOf(key: string): string {
  return FACETS.find((facet) => facet.key === key)?.title ?? (key === 'section' ? 'Step' : 'Category');
}

function choicesOf(findings: Findings) {
  const { data } = findings;
  const columns: Record<string, ArrayLike<number>> = {
    severity: findings.severity,
    status: findings.status,
    change: findings.change,
    confidence: findings.confidence,
    rule: data.rule,
    asset: data.asset,
  };
  const facets = FACETS.map(({ key, title, nameOf, keyOf }) => {
    const counts: number[] = [];
    const column = columns[key] ?? [];
    for (let index = 0; index < column.length; index += 1) {
      const at = column[index] ?? 0;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    const ranked = key === 'rule' || key === 'asset';
    const choices = [...counts.entries()]
      .filter(([, count]) => count > 0)
      .sort(([a, x], [b, y]) => (ranked ? y - x : a - b))
      .map(([at, count]) => ({ value: keyOf(data, at), name: nameOf(data, at), count }));
    return { key, title, choices };
  });
  const sections = data.sections.map((name, at) => ({
    value: name,
    name,
    count: data.section.reduce((sum, list) => sum + (data.sectionLists[list]?.includes(at) ? 1 : 0), 0),
  }));
  return [...facets, { key: 'section', title: 'Step', choices: sections }];
}
