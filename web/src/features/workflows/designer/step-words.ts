import type { Translate } from 'react-i18next';
import type { Edge, Step } from '../document/graph.ts';

/** `Task secrets-scan`, `Asks a person`. */
export function actionWords(t: Translate, step: Step): string {
  return step.ref
    ? t(`designer.does.${step.action}`, { ref: step.ref })
    : t(`designer.does.${step.action}`, { ref: '?' });
}

/** What the picture of a step tells by lines and marks, in words, for who does not see them. */
export function stepWords(
  t: Translate,
  step: Step,
  { edges, problems }: { edges: readonly Edge[]; problems: number },
): string {
  const next = edges.filter(({ from }) => from === step.id).map(({ to }) => to);
  const needs = [...step.needs, ...step.reads];
  return [
    step.section === 'steps' ? '' : t(`designer.section.${step.section}`),
    needs.length > 0 ? t('designer.waitsForList', { names: needs.join(', ') }) : t('designer.startsAtOnce'),
    next.length > 0 ? t('designer.thenList', { names: next.join(', ') }) : '',
    problems > 0 ? t('designer.problems', { count: problems }) : '',
  ]
    .filter(Boolean)
    .join('. ');
}
