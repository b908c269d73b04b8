import type { Importer, XmlElement } from '../importer.ts';
import { rootElement } from '../shared/recognise.ts';
import { openPort } from './open-port.ts';
import { scriptFindings } from './scripts.ts';

const ALL_PORTS = '1-65535';

const nmap: Importer = {
  id: 'nmap',
  title: 'Nmap',
  summary: 'Open ports, and what scripts of the category vuln found, of `nmap -oX report.xml`.',
  recognise: (head) => (rootElement(head) === 'nmaprun' ? 1 : 0),
  holds: { xml: ['nmaprun'] },
  async *read(report, context) {
    let everyPort = false;
    let ended = false;
    const hosts: string[] = [];
    const rules = new Set(['open-port']);
    for await (const element of report.xml('scaninfo', 'host', 'finished')) {
      if (element.name === 'finished') ended = element.attributes.exit === 'success';
      else if (element.name === 'scaninfo') everyPort ||= element.attributes.services === ALL_PORTS;
      else {
        const host = addressOf(element);
        const at = `line ${element.line}`;
        if (!host) {
          context.problem(at, 'The host has no address and is left out.');
        } else if (only(element, 'status')?.attributes.state === 'down') {
          yield { type: 'skipped', at, reason: 'The host did not answer.' };
        } else {
          hosts.push(host);
          for (const port of only(element, 'ports')?.children ?? []) {
            const place = { name: host, ...placeOf(port) };
            if (port.name !== 'port' || only(port, 'state')?.attributes.state !== 'open') continue;
            yield openPort(port, place);
            for (const found of scriptFindings(port.children, place)) {
              rules.add(found.rule);
              yield found;
            }
          }
          const scripts = only(element, 'hostscript')?.children ?? [];
          for (const found of scriptFindings(scripts, { name: host })) {
            rules.add(found.rule);
            yield found;
          }
        }
      }
    }
    if (!ended) {
      if (!context.cutOff())
        context.problem('the document', 'The scan was not finished, or the report is cut off.');
    }
    // Only a scan of every port says that a port is closed. Which scripts found nothing is not in the report.
    else if (everyPort)
      for (const host of hosts)
        yield { type: 'covered', at: { kind: 'origin', url: `tcp://${bracketed(host)}` }, rules: [...rules] };
  },
};
export default nmap;

/** The name that was asked for, else the address: addresses change under a name, not the other way round. */
function addressOf(host: XmlElement): string | undefined {
  const named = only(host, 'hostnames')?.children.find(({ attributes }) => attributes.type === 'user');
  const address = host.children.find(
    ({ name, attributes }) => name === 'address' && attributes.addrtype !== 'mac',
  );
  return named?.attributes.name || address?.attributes.addr || undefined;
}

function placeOf(port: XmlElement): { port?: number; protocol?: string } {
  const number = Number(port.attributes.portid);
  return {
    ...(Number.isInteger(number) && number > 0 ? { port: number } : {}),
    ...(port.attributes.protocol ? { protocol: port.attributes.protocol } : {}),
  };
}

function only(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
