import type { Reference } from '../../model/finding.ts';
import type { TriageChange } from '../../model/triage.ts';
import type { STATES, Vulnerability } from './schema.ts';

type State = (typeof STATES)[number];

/** `justification` of the standard → our reason: nobody gets there, or something stands before it. */
const REASONS: Record<string, NonNullable<TriageChange['reason']>> = {
  code_not_present: 'unreachable',
  code_not_reachable: 'unreachable',
  requires_configuration: 'unreachable',
  requires_dependency: 'unreachable',
  requires_environment: 'unreachable',
  protected_by_compiler: 'sanitised',
  protected_at_runtime: 'sanitised',
  protected_at_perimeter: 'sanitised',
  protected_by_mitigating_control: 'sanitised',
};

/** What a statement does to findings that it is about. */
export function changeOf(state: State, vulnerability: Vulnerability): TriageChange {
  const comment = commentOf(state, vulnerability.analysis);
  switch (state) {
    case 'not_affected':
      return {
        status: 'false-positive',
        reason: REASONS[vulnerability.analysis?.justification ?? ''] ?? 'other',
        comment,
      };
    case 'false_positive':
      return { status: 'false-positive', reason: 'wrong-rule', comment };
    case 'exploitable':
      return { status: 'confirmed', comment };
    // That it is fixed a scan shows, by not finding it any more.
    default:
      return { comment };
  }
}

function commentOf(state: State, analysis: Vulnerability['analysis']): string {
  const { justification, response, detail } = analysis ?? {};
  const words = [
    `VEX: ${plain(state)}${justification ? `, ${plain(justification)}` : ''}.`,
    detail?.trim(),
    response && response.length > 0 ? `Response: ${response.map(plain).join(', ')}.` : undefined,
  ];
  return words.filter(Boolean).join(' ').slice(0, 10_000);
}

function plain(word: string): string {
  return word.replaceAll('_', ' ');
}

/** Ids under which findings know it. */
export function advisoriesOf({ id, references }: Pick<Vulnerability, 'id' | 'references'>): Reference[] {
  const found = new Map<string, Reference>();
  for (const text of [id, ...(references ?? []).map((one) => one.id ?? '')]) {
    const name = text.trim();
    if (/^CVE-\d{4}-\d{4,}$/i.test(name)) found.set(name, { kind: 'cve', value: name.toUpperCase() });
    else if (/^GHSA(?:-[a-z0-9]{4}){3}$/i.test(name))
      found.set(name, { kind: 'ghsa', value: `GHSA${name.slice(4).toLowerCase()}` });
  }
  return [...found.values()];
}
