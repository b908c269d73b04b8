/** One page, or with `all` every one behind the cursor, as one list. */
export async function readPages<T extends { items: unknown[]; nextCursor: string | null }>(
  read: (cursor: string | undefined) => Promise<T>,
  { cursor, all }: { cursor?: string | undefined; all?: boolean | undefined },
): Promise<T> {
  const first = await read(cursor);
  if (!all) return first;
  const items = [...first.items];
  let next = first.nextCursor;
  while (next !== null) {
    const page = await read(next);
    items.push(...page.items);
    next = page.nextCursor;
  }
  return { ...first, items, nextCursor: null };
}
