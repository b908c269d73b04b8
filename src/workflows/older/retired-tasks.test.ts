import { expect, test } from 'vitest';
import { TASKS } from '../../plugins/tasks.ts';
import { renamed } from './renamed-tasks.ts';
import { retired } from './retired-tasks.ts';

test.each([
  ...[
    'shellcode',
    'autopwn',
    'exploit',
    'exploit_generator',
    'binary-pwn',
    'rop-exploit',
    'heap-exploit',
    'pwn-toolkit',
  ],
  ...[
    'c2',
    'C2Server',
    'c2-server',
    'lateral-move',
    'lateral_movement',
    'LateralMovement',
    'social-eng',
    'phishing',
  ],
  ...[
    'social_engineering',
    'payload-generator',
    'privesc',
    'privilege_escalation',
    'password-spray',
    'brute_force',
  ],
  ...['av-evasion', 'reverse_shell', 'keylogger', 'exploit-report', 'auth-bypass', 'exfiltration'],
])('%s was left out on purpose', (id) => {
  expect(retired(id)).toMatch(/^SentinelX /);
});

test.each([
  ...[
    'cvss',
    'slither',
    'mythril',
    'fuzzer',
    'web2-static',
    'chain-monitor',
    'tx-replay',
    'memory-forensics',
  ],
  ...[
    'prompt-injection',
    'c2-detection',
    'phishing-url-check',
    'shellcode_analysis',
    'exploited-vulnerabilities',
  ],
  ...['disk-forensics', 'known-exploited', 'rate-limit', 'crop', 'report', '', 'constructor', '__proto__'],
])('%s was not', (id) => {
  expect(retired(id)).toBeUndefined();
});

test('no task of today counts as retired, and what is renamed is renamed to one of them', () => {
  const ids = Object.keys(TASKS);
  expect(ids.filter((id) => retired(id) !== undefined)).toEqual([]);
  for (const older of ['cvss_calculator', 'CVSS-Score', 'secret_scanner', 'security-headers'])
    expect(ids).toContain(renamed(older));
  expect(renamed('slither')).toBeUndefined();
  expect(renamed('constructor')).toBeUndefined();
});
