/** What somebody pasted, when it is a name of something: where it leads. */
export interface Pasted {
  kind: 'run' | 'finding' | 'workflowRun' | 'user' | 'cve' | 'cwe' | 'ghsa' | 'technique';
  value: string;
  to: string;
}

const FORMS: readonly { kind: Pasted['kind']; form: RegExp; to: (value: string) => string }[] = [
  { kind: 'run', form: /^run_[0-9a-f-]{36}$/, to: (id) => `/runs/${id}` },
  { kind: 'finding', form: /^fnd_[0-9a-f-]{36}$/, to: (id) => `/findings/${id}` },
  { kind: 'workflowRun', form: /^wfr_[0-9a-f-]{36}$/, to: (id) => `/workflow-runs/${id}` },
  { kind: 'user', form: /^(usr|svc)_[0-9a-f-]{36}$/, to: (id) => `/admin/users/${id}` },
  { kind: 'cve', form: /^cve-\d{4}-\d{4,}$/i, to: (id) => findings(`cve:${id.toUpperCase()}`) },
  { kind: 'cwe', form: /^cwe-\d+$/i, to: (id) => findings(`cwe:${id.toUpperCase()}`) },
  { kind: 'ghsa', form: /^ghsa(-[0-9a-z]{4}){3}$/i, to: (id) => findings(`ghsa:${id}`) },
  { kind: 'technique', form: /^t\d{4}(\.\d{3})?$/i, to: (id) => findings(`ref:${id.toUpperCase()}`) },
];

export function readPasted(text: string): Pasted | undefined {
  const value = text.trim();
  for (const { kind, form, to } of FORMS) if (form.test(value)) return { kind, value, to: to(value) };
  return undefined;
}

/** The last digits of an id, as tables on the command line show them. */
export function isIdEnd(text: string): boolean {
  return /^[0-9a-f]{6,12}$/i.test(text.trim()) && /\d/.test(text);
}

/** Findings with these words; a word that could be read as `key:value` is quoted. */
export function findingsWith(text: string): string {
  const quoted = text
    .trim()
    .split(/\s+/)
    .map((word) => (/[:"\\,-]/.test(word) ? `"${word.replace(/["\\]/g, '')}"` : word))
    .join(' ');
  return findings(quoted);
}

function findings(q: string): string {
  return `/findings?q=${encodeURIComponent(q)}`;
}
