import { Link } from 'react-router';

const PAGES: Readonly<Record<string, (id: string) => string>> = {
  run: (id) => `/runs/${id}`,
  fnd: (id) => `/findings/${id}`,
  chg: (id) => `/findings/changes?at=${id}`,
  rpt: (id) => `/reports/${id}`,
  wfr: (id) => `/workflow-runs/${id}`,
  apr: (id) => `/approvals/${id}`,
  usr: (id) => `/admin/users/${id}`,
  svc: (id) => `/admin/users/${id}`,
};
const ID = /\b(?:run|fnd|chg|rpt|wfr|apr|usr|svc)_[0-9a-f]{8}-[0-9a-f-]{27}\b/g;

/** Where the page of what has this id is; undefined: it has none. */
export function pageOfId(id: string): string | undefined {
  return new RegExp(`^${ID.source}$`).test(id) ? PAGES[id.slice(0, 3)]?.(id) : undefined;
}

/** A text with links where it holds ids of things that have a page. */
export function WithIds({ text }: { text: string }) {
  const parts: (string | { id: string; at: number })[] = [];
  let end = 0;
  for (const match of text.matchAll(ID)) {
    parts.push(text.slice(end, match.index), { id: match[0], at: match.index });
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts.map((part) =>
    typeof part === 'string' ? (
      part
    ) : (
      <Link key={part.at} to={pageOfId(part.id) ?? ''}>
        {part.id}
      </Link>
    ),
  );
}
