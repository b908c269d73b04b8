/**
 * The fewest rows that must be moved so that `order` ascends: positions in `order`. What stands at `fixed` is not among them, because an
 * element that is moved loses the focus.
 */
export function outOfOrder(order: readonly number[], fixed = -1): number[] {
  const pivot = order[fixed];
  const fits = (at: number) => {
    const value = order[at] as number;
    return pivot === undefined || at === fixed || (at < fixed ? value < pivot : value > pivot);
  };
  // The longest ascending part stays: for each position the length of the longest that ends there, and what comes before it.
  const lengths: number[] = [];
  const previous: number[] = [];
  let best = -1;
  for (let at = 0; at < order.length; at++) {
    lengths[at] = fits(at) ? 1 : 0;
    previous[at] = -1;
    if (!fits(at)) continue;
    for (let one = 0; one < at; one++) {
      const length = (lengths[one] as number) + 1;
      if (fits(one) && (order[one] as number) < (order[at] as number) && length > (lengths[at] as number)) {
        lengths[at] = length;
        previous[at] = one;
      }
    }
    if (best === -1 || (lengths[at] as number) > (lengths[best] as number)) best = at;
  }
  const stays = new Set<number>();
  for (let at = best; at >= 0; at = previous[at] as number) stays.add(at);
  return order.map((_, at) => at).filter((at) => !stays.has(at));
}

/**
 * Puts rows that are placed by their style into the order in which they are seen, for Tab and for screen readers. React knows them by
 * their keys and does not mind.
 */
export function orderRows(list: HTMLElement): void {
  const rows = [...list.children] as HTMLElement[];
  const order = rows.map((row) => Number(row.dataset.index));
  const fixed = rows.findIndex((row) => row.contains(document.activeElement));
  const moved = outOfOrder(order, fixed);
  if (moved.length === 0) return;
  const stay = rows.filter((_, at) => !moved.includes(at));
  for (const at of moved) {
    const row = rows[at] as HTMLElement;
    const next = stay.findIndex((one) => Number(one.dataset.index) > (order[at] as number));
    list.insertBefore(row, stay[next] ?? null);
    stay.splice(next === -1 ? stay.length : next, 0, row);
  }
}
