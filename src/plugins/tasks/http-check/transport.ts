import type { Net, TlsAnswer, TlsRequest } from '../../../plugin/powers/net.ts';
import type { Hit } from './page.ts';
import type { RuleId } from './rules.ts';

const DAY = 86_400_000;
const SOON = 21 * DAY;
const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

export interface TlsFacts {
  look: TlsAnswer;
  /** Versions that a handshake succeeded with. */
  versions: string[];
}

export async function lookAtTransport(net: Net, url: URL, timeoutMs: number): Promise<TlsFacts | null> {
  const endpoint: TlsRequest = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 443),
    timeoutMs,
  };
  const look = await net.tls(endpoint);
  if (!look) return null;
  const versions: string[] = [];
  for (const version of VERSIONS) {
    if (await net.tls({ ...endpoint, version })) versions.push(version);
  }
  return { look, versions };
}

export function checkTransport(url: URL, facts: TlsFacts, now: number): Hit[] {
  const { look, versions } = facts;
  const hit = (rule: RuleId, evidence: string, key = 'tls'): Hit => ({
    rule,
    at: { kind: 'host', name: url.hostname, port: Number(url.port || 443), protocol: 'tls' },
    key: [key],
    evidence,
  });
  const hits: Hit[] = [];
  for (const old of versions.filter((version) => version === 'TLSv1' || version === 'TLSv1.1')) {
    hits.push(hit('tls-old-protocol', `a handshake with ${old} succeeded`, old));
  }
  if (!versions.includes('TLSv1.3')) hits.push(hit('tls-no-13', `accepted: ${versions.join(', ')}`));
  if (look.protocol !== 'TLSv1.3' && /^TLS_RSA_/.test(look.cipher))
    hits.push(hit('tls-no-forward-secrecy', look.cipher));
  return [
    ...hits,
    ...certificateFaults(look, now).map(([rule, evidence]) => hit(rule, evidence, 'certificate')),
  ];
}

function certificateFaults(look: TlsAnswer, now: number): [RuleId, string][] {
  const leaf = look.chain[0];
  if (!leaf) return [];
  const faults: [RuleId, string][] = [];
  const until = `valid until ${new Date(leaf.validTo).toISOString()}`;
  if (leaf.validTo <= now) faults.push(['cert-expired', until]);
  else if (leaf.validTo - now < SOON && leaf.validTo - leaf.validFrom > SOON)
    faults.push(['cert-expires-soon', until]);
  else if (leaf.validTo - now < (leaf.validTo - leaf.validFrom) / 5)
    faults.push(['cert-expires-soon', until]);
  if (leaf.validFrom > now)
    faults.push(['cert-not-yet-valid', `valid from ${new Date(leaf.validFrom).toISOString()}`]);
  if (leaf.selfSigned) faults.push(['cert-self-signed', leaf.subject]);
  else if (look.trustError === 'ERR_TLS_CERT_ALTNAME_INVALID')
    faults.push(['cert-name-mismatch', `names: ${leaf.names.join(', ')}`]);
  else if (!look.trusted && !['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'].includes(look.trustError ?? '')) {
    faults.push(['cert-untrusted', `${look.trustError}; issued by ${leaf.issuer}`]);
  }
  const least = /^rsa/.test(leaf.keyType) ? 2048 : 224;
  if (leaf.keyBits !== null && leaf.keyBits < least)
    faults.push(['cert-weak-key', `${leaf.keyType} with ${leaf.keyBits} bits`]);
  if (/md5|sha1/i.test(leaf.signatureAlgorithm ?? ''))
    faults.push(['cert-weak-signature', leaf.signatureAlgorithm ?? '']);
  return faults;
}
