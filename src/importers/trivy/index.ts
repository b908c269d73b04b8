import * as z from 'zod';
import type { ImportContext, ImportEvent, Importer, JsonElement } from '../importer.ts';
import { hasSigns } from '../shared/recognise.ts';
import { createLooked } from './looked.ts';
import {
  Misconfiguration,
  misconfigurationFinding,
  Secret,
  secretFinding,
  type Target,
} from './other-findings.ts';
import { Vulnerability, vulnerabilityFinding } from './vulnerability.ts';

const KINDS = ['Vulnerabilities', 'Misconfigurations', 'Secrets'];
const Modified = z.object({ Type: z.string().nullish(), Status: z.string().nullish() });

const trivy: Importer = {
  id: 'trivy',
  title: 'Trivy',
  summary: 'Vulnerabilities, misconfigurations and secrets of `trivy … --format json`.',
  recognise: (head) => hasSigns(head, ['json'], ['SchemaVersion', 'ArtifactName', 'ArtifactType'], 0.95),
  holds: {
    json: [
      { at: 'Results', is: 'list', orNull: true },
      { at: 'SchemaVersion', is: 'anything' },
    ],
  },
  async *read(report, context) {
    const target: Target = { name: '', class: '', type: '' };
    const looked = createLooked();
    let named = false;
    const paths = ['ArtifactName', 'ArtifactType'].concat(
      ['Target', 'Class', 'Type', 'ExperimentalModifiedFindings.*', ...KINDS.map((kind) => `${kind}.*`)].map(
        (path) => `Results.*.${path}`,
      ),
    );
    for await (const element of report.json(...paths)) {
      const [first, , field] = element.path;
      const text = typeof element.value === 'string' ? element.value : '';
      if (first === 'ArtifactType') looked.image(text === 'container_image');
      else if (first === 'ArtifactName') {
        if (!named && text !== '' && text !== '.') yield { type: 'asset', name: text };
        named = true;
      } else if (field === 'Target') {
        // The next result may lack the others.
        Object.assign(target, { name: text, class: '', type: '' });
      } else if (field === 'Class') {
        target.class = text;
        looked.at(target);
      } else if (field === 'Type') target.type = text;
      else {
        if (field === 'Vulnerabilities') looked.vulnerable();
        const event = eventOf(element, target, context);
        if (event) yield event;
      }
    }
    yield* looked.covered();
  },
};
export default trivy;

function eventOf(element: JsonElement, target: Target, context: ImportContext): ImportEvent | undefined {
  const at = element.path.join('.');
  switch (element.path[2]) {
    case 'Vulnerabilities': {
      const found = context.take(Vulnerability, element);
      return found && vulnerabilityFinding(found, target);
    }
    case 'Misconfigurations': {
      const found = context.take(Misconfiguration, element);
      if (!found) return undefined;
      if (found.Status === 'PASS') return { type: 'skipped', at, reason: 'The check passed.' };
      if (found.Status === 'EXCEPTION')
        return { type: 'skipped', at, reason: 'Excepted by the policy of the tool.' };
      return misconfigurationFinding(found, target);
    }
    case 'Secrets': {
      const found = context.take(Secret, element);
      return found && secretFinding(found, target);
    }
    default: {
      const status = context.take(Modified, element)?.Status ?? 'modified';
      return { type: 'skipped', at, reason: `Suppressed in the tool (${status.slice(0, 40)}).` };
    }
  }
}
