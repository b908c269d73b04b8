import type { ImportedFinding, XmlElement } from '../importer.ts';
import { oneLine } from '../shared/text.ts';

export interface HostPlace {
  name: string;
  port?: number;
  protocol?: string;
}

/** An open port is what an attacker can reach, not a fault: information. */
export function openPort(port: XmlElement, place: HostPlace): ImportedFinding {
  const service = port.children.find(({ name }) => name === 'service');
  const { name = '', product = '', version = '', extrainfo = '', tunnel = '' } = service?.attributes ?? {};
  const spoken = [tunnel && `${tunnel}/`, name].join('');
  const known = [spoken, product, version, extrainfo && `(${extrainfo})`]
    .filter((part) => part !== '')
    .join(' ');
  return {
    type: 'finding',
    rule: 'open-port',
    ruleText: {
      title: 'Open port',
      severity: 'info',
      why: 'Whoever can reach this port can talk to the service behind it.',
      fix: 'Close the port, or let only those reach it who need the service.',
    },
    at: { kind: 'host', ...place },
    key: [],
    message: oneLine(`Port ${place.port}/${place.protocol} is open${known ? `: ${known}` : ''}`, 500),
    confidence: 'high',
    ...(known ? { evidence: known } : {}),
  };
}
