import type { XmlElement } from '../importer.ts';

/** An element of the XML spelling in the shape of the JSON spelling, to pass the same schema. */
export function componentFromXml(element: XmlElement): Record<string, unknown> {
  return {
    'bom-ref': element.attributes['bom-ref'],
    purl: text(element, 'purl'),
    name: text(element, 'name'),
    version: text(element, 'version'),
    group: text(element, 'group'),
    components: child(element, 'components')?.children.map(componentFromXml),
  };
}

export function vulnerabilityFromXml(element: XmlElement): Record<string, unknown> {
  const analysis = child(element, 'analysis');
  return {
    id: text(element, 'id'),
    references: all(element, 'references').map((one) => ({ id: text(one, 'id') })),
    ratings: all(element, 'ratings').map((one) => ({
      score: numberOf(text(one, 'score')),
      severity: text(one, 'severity'),
      method: text(one, 'method'),
    })),
    cwes: all(element, 'cwes').flatMap((one) => numberOf(one.text) ?? []),
    description: text(element, 'description'),
    detail: text(element, 'detail'),
    recommendation: text(element, 'recommendation'),
    advisories: all(element, 'advisories').map((one) => ({ url: text(one, 'url') })),
    analysis: analysis && {
      state: text(analysis, 'state'),
      justification: text(analysis, 'justification'),
      response: all(analysis, 'responses').map((one) => one.text.trim()),
      detail: text(analysis, 'detail'),
    },
    affects: all(element, 'affects').map((one) => ({
      ref: text(one, 'ref'),
      versions: all(one, 'versions').map((version) => ({
        version: text(version, 'version'),
        range: text(version, 'range'),
        status: text(version, 'status'),
      })),
    })),
  };
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((one) => one.name === name);
}

function all(element: XmlElement, name: string): XmlElement[] {
  return child(element, name)?.children ?? [];
}

function text(element: XmlElement, name: string): string | undefined {
  return child(element, name)?.text.trim() || undefined;
}

function numberOf(given: string | undefined): number | undefined {
  const number = Number(given?.trim());
  return given?.trim() && Number.isFinite(number) ? number : undefined;
}
