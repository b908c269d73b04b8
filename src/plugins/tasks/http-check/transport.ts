import { SentinelError } from '../../../lib/errors.ts';
import type { Net, TlsAnswer, TlsCertificate, TlsRequest } from '../../../plugin/powers/net.ts';
import type { Hit } from './page.ts';
import type { RuleId } from './rules.ts';

const DAY = 86_400_000;
const SOON = 21 * DAY;
const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
type Version = (typeof VERSIONS)[number];

export interface TlsFacts {
  look: TlsAnswer;
  /** Versions that a handshake succeeded with. */
  versions: string[];
  /** The suite that was chosen for each of them. */
  ciphers: string[];
  /** Why a version could not be offered from here, so that nothing is known about it. */
  unknown: Partial<Record<Version, string>>;
}

export async function lookAtTransport(net: Net, url: URL, timeoutMs: number): Promise<TlsFacts | null> {
  const endpoint: TlsRequest = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || 443),
    timeoutMs,
  };
  const look = await net.tls(endpoint);
  if (!look) return null;
  const facts: TlsFacts = { look, versions: [], ciphers: [look.cipher], unknown: {} };
  for (const version of VERSIONS) {
    try {
      const answer = await net.tls({ ...endpoint, version });
      if (answer) {
        facts.versions.push(version);
        facts.ciphers.push(answer.cipher);
      }
    } catch (error) {
      if (!(error instanceof SentinelError && error.code === 'unsupported')) throw error;
      facts.unknown[version] = error.message;
    }
  }
  return facts;
}

export function checkTransport(url: URL, facts: TlsFacts, now: number): Hit[] {
  const { look, versions, ciphers, unknown } = facts;
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
  if (!versions.includes('TLSv1.3') && !unknown['TLSv1.3'])
    hits.push(hit('tls-no-13', `accepted: ${versions.join(', ')}`));
  // Our offer prefers ECDHE: a server that still takes RSA key exchange has nothing else or prefers it.
  const recorded = ciphers.find((cipher) => /^TLS_RSA_/.test(cipher));
  if (recorded) hits.push(hit('tls-no-forward-secrecy', recorded));
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
  // Automatic renewal comes with a third of the time left, which is two weeks or less for certificates of 45 days.
  const soon = Math.min(SOON, (leaf.validTo - leaf.validFrom) / 5);
  if (leaf.validTo <= now) faults.push(['cert-expired', until]);
  else if (leaf.validTo - now < soon) faults.push(['cert-expires-soon', until]);
  if (leaf.validFrom > now)
    faults.push(['cert-not-yet-valid', `valid from ${new Date(leaf.validFrom).toISOString()}`]);
  if (leaf.selfSigned) faults.push(['cert-self-signed', leaf.subject]);
  else if (look.trustError === 'ERR_TLS_CERT_ALTNAME_INVALID')
    faults.push(['cert-name-mismatch', `names: ${leaf.names.join(', ')}`]);
  else if (!look.trusted && !['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'].includes(look.trustError ?? '')) {
    faults.push(['cert-untrusted', `${look.trustError}; issued by ${leaf.issuer}`]);
  }
  // Nobody relies on how a root signed itself; everything between it and the site counts.
  const relied = look.chain.filter((one, index) => index === 0 || !one.selfSigned);
  const weakKey = relied.find(hasWeakKey);
  if (weakKey)
    faults.push(['cert-weak-key', `${weakKey.subject}: ${weakKey.keyType} with ${weakKey.keyBits} bits`]);
  const weakHash = relied.find((one) => /md5|sha-?1\b|sha1/i.test(one.signatureAlgorithm ?? ''));
  if (weakHash) faults.push(['cert-weak-signature', `${weakHash.subject}: ${weakHash.signatureAlgorithm}`]);
  return faults;
}

function hasWeakKey({ keyType, keyBits }: TlsCertificate): boolean {
  return keyBits !== null && keyBits < (/^(rsa|dsa|dh)/.test(keyType) ? 2048 : 224);
}
