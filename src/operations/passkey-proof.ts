import * as z from 'zod';
import type { Challenge } from '../access/challenges.ts';
import { refusal } from '../access/passkeys.ts';
import type { OperationContext } from './operation.ts';

export const Base64Url = z
  .string()
  .max(100_000)
  .regex(/^[\w-]+$/, 'expects base64url');

export const Ticket = z.string().min(1).max(100);

export const PasskeyView = z.object({
  id: z.string(),
  name: z.string(),
  created: z.int(),
  used: z.int().nullable(),
});

/** What an authenticator answered (`AuthenticationResponseJSON` of WebAuthn), without what is not looked at. */
export const PasskeyResponse = z.object({
  id: Base64Url,
  rawId: Base64Url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: Base64Url,
    authenticatorData: Base64Url,
    signature: Base64Url,
    userHandle: Base64Url.nullish(),
  }),
});

/** What is kept between the two steps. */
export const Ceremony = z.object({
  challenge: z.string(),
  origin: z.string(),
  domain: z.string(),
  /** Id of the ticket of the password, when the passkey is the second factor. */
  factor: z.string().optional(),
});
export type Ceremony = z.infer<typeof Ceremony>;

/** Checks what the authenticator answered. The ticket is used up, whatever comes of it. Throws `passkey-refused`. */
export async function provenPasskey(
  { services }: OperationContext,
  kind: 'passkey-sign-in' | 'passkey-proof',
  { ticket, response, user }: { ticket: string; response: z.output<typeof PasskeyResponse>; user?: string },
): Promise<{
  passkey: { id: string; user: string; counter: number };
  factor: Challenge | undefined;
}> {
  const { passkeys, challenges } = services.secondFactors;
  const begun = await challenges.redeem(kind, ticket, user);
  const ceremony = Ceremony.parse(JSON.parse(begun.data));
  const factor =
    ceremony.factor === undefined ? undefined : await challenges.spend('second-factor', ceremony.factor);
  const { userHandle, ...parts } = response.response;
  const passkey = await passkeys.verify(
    {
      ...response,
      response: { ...parts, ...(userHandle ? { userHandle } : {}) },
      clientExtensionResults: {},
    },
    ceremony,
  );
  if (begun.user !== null && begun.user !== passkey.user) throw refusal();
  return { passkey, factor };
}
