import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importReport } from '../test-kit.ts';
import importer from './index.ts';

const read = (name: string) => importReport(importer, { file: join(import.meta.dirname, 'fixtures', name) });

test('open ports are information; what a script found is a finding of its own', async () => {
  const { findings, rules, covered } = await read('report.xml');
  const ports = findings.filter(({ rule }) => rule === 'open-port');
  expect(ports.map(({ at }) => at.kind === 'host' && at.port)).toEqual([8931, 8943]);
  expect(rules.find(({ id }) => id === 'open-port')?.text.severity).toBe('info');
  const weak = findings.filter(({ rule }) => rule.startsWith('ssl-dh-params/'));
  expect(weak.map(({ severity, confidence }) => [severity, confidence])).toEqual([
    ['high', 'high'],
    ['high', 'high'],
  ]);
  // Three ports were looked at: nothing is known about the others.
  expect(covered).toEqual([]);
});

const scan = (end: string) => `<nmaprun><scaninfo protocol="tcp" services="1-65535"/>
<host><status state="up"/><address addr="10.0.0.5" addrtype="ipv4"/><hostnames><hostname name="db.example" type="user"/></hostnames>
<ports><port protocol="tcp" portid="22"><state state="open"/></port><port protocol="tcp" portid="23"><state state="closed"/></port></ports></host>
<host><status state="down"/><address addr="10.0.0.6" addrtype="ipv4"/></host>${end}</nmaprun>`;

test('a scan of every port covers the host, for what it looked for', async () => {
  const whole = await importReport(importer, {
    text: scan('<runstats><finished exit="success"/></runstats>'),
  });
  expect(whole.findings.map(({ at }) => at)).toEqual([
    { kind: 'host', name: 'db.example', port: 22, protocol: 'tcp' },
  ]);
  expect(whole.skipped.map(({ reason }) => reason)).toEqual(['The host did not answer.']);
  expect(whole.covered).toMatchObject([{ at: { url: 'tcp://db.example' }, rules: ['open-port'] }]);
});

test('a scan that was ended covers nothing', async () => {
  const ended = await importReport(importer, { text: scan('') });
  expect([ended.covered, ended.problems.length]).toEqual([[], 1]);
});

test('what the script vulners lists for a version is uncertain', async () => {
  const row = '<elem key="id">CVE-2021-44790</elem><elem key="cvss">9.8</elem><elem key="type">cve</elem>';
  const script = `<script id="vulners" output="x"><table key="cpe:/a:x"><table>${row}</table></table></script>`;
  const { findings } = await importReport(importer, {
    text: `<nmaprun><host><address addr="10.0.0.5" addrtype="ipv4"/><ports><port protocol="tcp" portid="80"><state state="open"/>${script}</port></ports></host></nmaprun>`,
  });
  expect(findings[1]).toMatchObject({ rule: 'CVE-2021-44790', severity: 'critical', confidence: 'low' });
});
