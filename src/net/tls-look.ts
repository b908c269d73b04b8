import type { X509Certificate } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { SentinelError, systemCode } from '../lib/errors.ts';
import type { TlsAnswer, TlsCertificate } from '../plugin/powers/net.ts';
import { type CheckedAddress, pinnedLookup } from './guard.ts';

export interface TlsLook {
  host: string;
  port: number;
  version: SecureVersion | undefined;
  addresses: readonly CheckedAddress[];
  signal: AbortSignal;
  ca: readonly string[] | undefined;
  /** A connection that leads there already: through a proxy. */
  through?: Socket | undefined;
}

const MAX_CHAIN = 10;

/**
 * A handshake and nothing more; null when the other side does not speak the version that was offered. When it is our own
 * OpenSSL that cannot offer it (a build without TLS 1.0), nothing is known: that is an `unsupported` error, not a null.
 * Verification does not end the handshake here, and only here: the certificate is the object of study, nothing is sent over
 * the connection, and what the verification said is part of the answer.
 */
export function lookAtTls(look: TlsLook): Promise<TlsAnswer | null> {
  return new Promise((resolve, reject) => {
    let connected = look.through !== undefined;
    const socket = openSocket(look);
    const abort = () => socket.destroy(look.signal.reason);
    look.signal.addEventListener('abort', abort, { once: true });
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('secureConnect', () => {
      resolve(answerOf(socket));
      socket.destroy();
    });
    socket.on('error', (cause) => {
      const refused = connected && !look.signal.aborted;
      if (look.version && ownRefusal(cause)) reject(cannotOffer(look, cause));
      else if (look.version && refused) resolve(null);
      else reject(unreachable(look, cause));
    });
    socket.on('close', () => {
      look.signal.removeEventListener('abort', abort);
      // Settles only when nothing above did: the other side hung up without a word.
      if (look.version && connected && !look.signal.aborted) resolve(null);
      else reject(unreachable(look, undefined));
    });
    if (look.signal.aborted) abort();
  });
}

function openSocket(look: TlsLook): TLSSocket {
  const old = look.version === 'TLSv1' || look.version === 'TLSv1.1';
  try {
    return connect({
      ...(look.through
        ? { socket: look.through }
        : { host: look.host, port: look.port, lookup: pinnedLookup(look.addresses) }),
      servername: isIP(look.host) === 0 ? look.host : '',
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      // OpenSSL's default security level refuses TLS 1.0 and 1.1 on our side: then we would never see that the peer speaks it.
      ...(old ? { ciphers: 'ALL:@SECLEVEL=0' } : {}),
      ...(look.version
        ? { minVersion: look.version, maxVersion: look.version }
        : { minVersion: 'TLSv1' as const }),
      ...(look.ca ? { ca: [...look.ca] } : {}),
    });
  } catch (cause) {
    if (look.version && ownRefusal(cause)) throw cannotOffer(look, cause);
    throw cause;
  }
}

function answerOf(socket: TLSSocket): TlsAnswer {
  const chain: TlsCertificate[] = [];
  let certificate = socket.getPeerX509Certificate();
  while (certificate && chain.length < MAX_CHAIN) {
    chain.push(describe(certificate));
    const issuer: X509Certificate | undefined = certificate.issuerCertificate;
    certificate = issuer && issuer.fingerprint256 !== certificate.fingerprint256 ? issuer : undefined;
  }
  // A string code at run time; the types call it an Error.
  const error: unknown = socket.authorizationError;
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher().standardName,
    trusted: socket.authorized,
    trustError: socket.authorized
      ? null
      : typeof error === 'string'
        ? error
        : (systemCode(error) ?? 'UNKNOWN'),
    chain,
  };
}

function describe(certificate: X509Certificate): TlsCertificate {
  const key = certificate.publicKey;
  const details = key.asymmetricKeyDetails;
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: (certificate.subjectAltName ?? '')
      .split(', ')
      .map((name) => name.replace(/^(DNS|IP Address):/, ''))
      .filter(Boolean),
    validFrom: certificate.validFromDate.getTime(),
    validTo: certificate.validToDate.getTime(),
    serial: certificate.serialNumber,
    fingerprint256: certificate.fingerprint256,
    keyType: key.asymmetricKeyType ?? 'unknown',
    keyBits: details?.modulusLength ?? curveBits(details?.namedCurve) ?? null,
    signatureAlgorithm: certificate.signatureAlgorithm ?? null,
    selfSigned: certificate.subject === certificate.issuer && certificate.verify(key),
  };
}

function curveBits(curve: string | undefined): number | undefined {
  if (!curve) return undefined;
  const known: Record<string, number> = { prime256v1: 256, secp256k1: 256, secp384r1: 384, secp521r1: 521 };
  return known[curve] ?? Number(/\d{3}/.exec(curve)?.[0] ?? Number.NaN);
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ');
}

function ownRefusal(cause: unknown): boolean {
  const code = systemCode(cause) ?? '';
  return (
    code === 'ERR_SSL_NO_PROTOCOLS_AVAILABLE' ||
    code === 'ERR_SSL_NO_CIPHERS_AVAILABLE' ||
    code === 'ERR_SSL_NO_CIPHER_MATCH'
  );
}

function cannotOffer(look: TlsLook, cause: unknown): SentinelError {
  const message = `OpenSSL ${process.versions.openssl} of this machine cannot offer ${look.version}: unknown whether ${look.host}:${look.port} speaks it.`;
  return new SentinelError('unsupported', message, { cause });
}

function unreachable(look: TlsLook, cause: unknown): SentinelError {
  const code = systemCode(cause) ?? 'no answer';
  const words = code.startsWith('ERR_SSL') ? 'does not speak TLS' : 'cannot be reached over TLS';
  return new SentinelError('target-unreachable', `${look.host}:${look.port} ${words} (${code}).`, { cause });
}
