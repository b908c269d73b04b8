import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

/** What a browser would be asked with. */
export interface RequestOptions {
  challenge: string;
  rpId?: string;
  allowCredentials?: { id: string }[];
}
export interface CreationOptions {
  challenge: string;
  rp: { id?: string };
  user: { id: string };
  excludeCredentials?: { id: string }[];
}

/** What may be wrong with an answer. */
export interface Flaws {
  origin?: string;
  challenge?: string;
  domain?: string;
  counter?: number;
  verified?: boolean;
  type?: string;
  /** The signature is of something else. */
  forged?: boolean;
}

const PRESENT = 0x01;
const VERIFIED = 0x04;
const ATTESTED = 0x40;

export type Authenticator = ReturnType<typeof makeAuthenticator>;

/** A software authenticator (WebAuthn level 3, §6): one ES256 key, `none` attestation, a counter that goes up. */
export function makeAuthenticator(origin: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  const state = { counter: 0, user: '' };

  function create(options: CreationOptions, flaws: Flaws = {}) {
    state.user = options.user.id;
    const client = clientData('webauthn.create', options.challenge, origin, flaws);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const credential = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)]);
    const data = authenticatorData(flaws.domain ?? options.rp.id ?? '', ATTESTED, 0, flaws, credential);
    const attestation = cbor(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', data],
      ]),
    );
    return {
      id: id.toString('base64url'),
      rawId: id.toString('base64url'),
      type: 'public-key',
      response: {
        clientDataJSON: client.toString('base64url'),
        attestationObject: attestation.toString('base64url'),
        transports: ['internal'],
      },
      clientExtensionResults: {},
    };
  }

  function get(options: RequestOptions, flaws: Flaws = {}) {
    const counter = flaws.counter ?? ++state.counter;
    const client = clientData('webauthn.get', options.challenge, origin, flaws);
    const data = authenticatorData(flaws.domain ?? options.rpId ?? '', 0, counter, flaws);
    const hash = createHash('sha256')
      .update(flaws.forged ? 'something else' : client)
      .digest();
    const signature = createSign('sha256')
      .update(Buffer.concat([data, hash]))
      .sign(privateKey);
    return {
      id: id.toString('base64url'),
      rawId: id.toString('base64url'),
      type: 'public-key',
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: state.user,
      },
      clientExtensionResults: {},
    };
  }

  return { id: id.toString('base64url'), create, get };
}

function clientData(type: string, challenge: string, origin: string, flaws: Flaws): Buffer {
  return Buffer.from(
    JSON.stringify({
      type: flaws.type ?? type,
      challenge: flaws.challenge ?? challenge,
      origin: flaws.origin ?? origin,
      crossOrigin: false,
    }),
  );
}

function authenticatorData(
  domain: string,
  flags: number,
  counter: number,
  flaws: Flaws,
  more = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags | PRESENT | (flaws.verified === false ? 0 : VERIFIED));
  head.writeUInt32BE(counter, 1);
  return Buffer.concat([createHash('sha256').update(domain).digest(), head, more]);
}

/** RFC 9053 §7.1.1: EC2, ES256, P-256. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  );
}

/** As much of CBOR (RFC 8949) as it takes. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Map)
    return Buffer.concat([
      head(5, value.size),
      ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)]),
    ]);
  throw new Error('not needed');
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 0xff]);
}
