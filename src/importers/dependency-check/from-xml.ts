import type { XmlElement } from '../importer.ts';

/** A `<dependency>` with the fields of the JSON report. */
export function dependencyFromXml(dependency: XmlElement): Record<string, unknown> {
  const list = within(dependency, 'vulnerabilities');
  return {
    fileName: textOf(dependency, 'fileName'),
    filePath: textOf(dependency, 'filePath'),
    packages: within(dependency, 'identifiers')
      .filter(({ name }) => name === 'package')
      .map((one) => ({ id: textOf(one, 'id') ?? '' })),
    vulnerabilities: list.filter(({ name }) => name === 'vulnerability').map(vulnerabilityFromXml),
    suppressedVulnerabilities: list.filter(({ name }) => name === 'suppressedVulnerability').map(() => ({})),
  };
}

function vulnerabilityFromXml(element: XmlElement): Record<string, unknown> {
  const scoreOf = (name: string) => {
    const score = element.children.find((child) => child.name === name);
    return score && { baseScore: textOf(score, 'baseScore') };
  };
  const cvssv2 = element.children.find(({ name }) => name === 'cvssV2');
  return {
    name: textOf(element, 'name'),
    severity: textOf(element, 'severity'),
    cvssv2: cvssv2 && { score: textOf(cvssv2, 'score') },
    cvssv3: scoreOf('cvssV3'),
    cvssv4: scoreOf('cvssV4'),
    cwes: within(element, 'cwes').map(({ text }) => text),
    description: textOf(element, 'description'),
    references: within(element, 'references').map((one) => ({ url: textOf(one, 'url') })),
    knownExploitedVulnerability: element.children.find(({ name }) => name === 'knownExploitedVulnerability'),
    vulnerableSoftware: within(element, 'vulnerableSoftware').map(({ attributes }) => ({
      software: attributes,
    })),
  };
}

function within(element: XmlElement, name: string): XmlElement[] {
  return element.children.find((child) => child.name === name)?.children ?? [];
}

function textOf(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text.trim();
}
