import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyPair {
  key: string;
  cert: string;
}

/** Test certificates for `localhost`, made by openssl; all but `selfSigned` come from the authority `ca`. */
export interface Certificates {
  ca: string;
  good: KeyPair;
  expired: KeyPair;
  wrongName: KeyPair;
  weak: KeyPair;
  selfSigned: KeyPair;
}

export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'sentinelx-certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

  function leaf(name: string, options: { san?: string; days?: number; key?: string[] } = {}): KeyPair {
    writeFileSync(
      join(folder, `${name}.ext`),
      `subjectAltName=${options.san ?? 'DNS:localhost,IP:127.0.0.1'}\n`,
    );
    const subject = ['-subj', `/CN=${name}`];
    openssl(
      'req',
      '-new',
      ...(options.key ?? ec),
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      ...subject,
    );
    const signing = [
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      String(options.days ?? 365),
    ];
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...signing,
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    );
    return { key: read(`${name}.key`), cert: read(`${name}.crt`) };
  }

  try {
    openssl(
      'req',
      '-x509',
      ...ec,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      '365',
      '-subj',
      '/CN=Test authority',
    );
    const san = ['-addext', 'subjectAltName=DNS:localhost'];
    openssl(
      'req',
      '-x509',
      ...ec,
      '-keyout',
      'self.key',
      '-out',
      'self.crt',
      '-days',
      '365',
      '-subj',
      '/CN=localhost',
      ...san,
    );
    return {
      ca: read('ca.crt'),
      // Ends in the second in which it is made.
      expired: leaf('expired', { days: 0 }),
      good: leaf('good'),
      wrongName: leaf('wrong', { san: 'DNS:other.example' }),
      weak: leaf('weak', { key: ['-newkey', 'rsa:1024', '-nodes'] }),
      selfSigned: { key: read('self.key'), cert: read('self.crt') },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
