import * as z from 'zod';
import { INSTANCE } from '../access/audit.ts';
import { Entered, enter, sessionOf } from './enter.ts';
import { defineOperation } from './operation.ts';
import { NO_BODY, NONE } from './paging.ts';
import { Base64Url, Ceremony, PasskeyResponse, PasskeyView, provenPasskey, Ticket } from './passkey-proof.ts';
import { refuseWithout } from './second-factor.ts';

/** WebAuthn options as JSON, for `@simplewebauthn/browser` or `PublicKeyCredential.parseRequestOptionsFromJSON`. */
const Options = z.record(z.string(), z.unknown());
const Begun = z.object({ ticket: z.string(), options: Options });
const PasskeyName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .meta({ examples: ['Laptop'] });
const NewPasskeyResponse = z.object({
  id: Base64Url,
  rawId: Base64Url,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: Base64Url,
    attestationObject: Base64Url,
    transports: z.array(z.string().max(20)).max(10).optional(),
  }),
});
const PasskeyPath = z.object({ id: Base64Url });

export const authPasskeyOptions = defineOperation({
  id: 'auth.passkeyOptions',
  summary: 'Begin to sign in with a passkey: alone, or as second factor with the ticket of the password',
  method: 'POST',
  path: '/auth/passkey/options',
  permission: 'public',
  audited: false,
  shownOnce: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ ticket: Ticket.optional() }),
  output: Begun,
  cli: 'sign-in passkey-options',
  async handler({ services, from }, { body }) {
    const { passkeys, challenges } = services.secondFactors;
    const factor = body.ticket === undefined ? null : await challenges.find('second-factor', body.ticket);
    const user = factor?.user ?? null;
    const { options, ceremony } = await passkeys.requestOptions(user, from.origin);
    const data: Ceremony = { ...ceremony, ...(factor ? { factor: factor.id } : {}) };
    const ticket = await services.store.write({ lane: 'interactive' }, (write) =>
      challenges.issue(write, 'passkey-sign-in', { user, data }),
    );
    return { ticket, options: { ...options } };
  },
});

export const authPasskey = defineOperation({
  id: 'auth.passkey',
  summary: 'Sign in with a passkey',
  method: 'POST',
  path: '/auth/passkey',
  permission: 'public',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ ticket: Ticket, response: PasskeyResponse }),
  output: Entered,
  cli: 'sign-in passkey',
  async handler(context, { body }) {
    const { accounts, secondFactors } = context.services;
    context.audit({ project: INSTANCE });
    const { passkey, factor } = await provenPasskey(context, 'passkey-sign-in', body);
    context.audit({ subject: passkey.user, after: { by: factor ? 'password and passkey' : 'passkey' } });
    const account = await accounts.get(passkey.user);
    return enter(context, factor ? 'password+passkey' : 'passkey', async (write) => {
      await secondFactors.passkeys.use(write, passkey);
      if (factor) await secondFactors.challenges.drop(write, factor.id);
      return account;
    });
  },
});

export const proofPasskeyOptions = defineOperation({
  id: 'account.proofPasskey',
  summary: 'Begin to prove again who I am, with a passkey',
  method: 'POST',
  path: '/account/proof/passkey',
  permission: 'self',
  audited: false,
  shownOnce: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Begun,
  cli: 'account proof-passkey',
  async handler(context) {
    const { passkeys, challenges } = context.services.secondFactors;
    const { user } = sessionOf(context);
    const { options, ceremony } = await passkeys.requestOptions(user, context.from.origin);
    const ticket = await context.services.store.write({ lane: 'interactive' }, (write) =>
      challenges.issue(write, 'passkey-proof', { user, data: ceremony }),
    );
    return { ticket, options: { ...options } };
  },
});

export const passkeyOptions = defineOperation({
  id: 'account.passkeyOptions',
  summary: 'Begin to make a passkey (at the web page)',
  method: 'POST',
  path: '/account/passkeys/options',
  permission: 'self',
  audited: true,
  sensitive: true,
  shownOnce: true,
  pathParams: NONE,
  query: NONE,
  body: NO_BODY,
  output: Begun,
  cli: 'account passkey-options',
  async handler(context) {
    const { accounts, secondFactors } = context.services;
    const { user } = sessionOf(context);
    context.audit({ subject: user, project: INSTANCE });
    const account = await accounts.get(user);
    const { options, ceremony } = await secondFactors.passkeys.registrationOptions(
      account,
      context.from.origin,
    );
    const ticket = await context.change((write) =>
      secondFactors.challenges.issue(write, 'passkey-new', { user, data: ceremony }),
    );
    return { ticket, options: { ...options } };
  },
});

export const passkeyAdd = defineOperation({
  id: 'account.addPasskey',
  summary: 'Keep a passkey that was just made',
  method: 'POST',
  path: '/account/passkeys',
  permission: 'self',
  audited: true,
  pathParams: NONE,
  query: NONE,
  body: z.object({ ticket: Ticket, name: PasskeyName, response: NewPasskeyResponse }),
  output: PasskeyView,
  status: 201,
  cli: 'account add-passkey',
  async handler(context, { body }) {
    const { sessions, secondFactors } = context.services;
    const { passkeys, challenges } = secondFactors;
    const { user, session } = sessionOf(context);
    context.audit({ subject: user, project: INSTANCE });
    const ticket = await challenges.redeem('passkey-new', body.ticket, user);
    const credential = await passkeys.verifyNew(
      { ...body.response, clientExtensionResults: {} },
      Ceremony.parse(JSON.parse(ticket.data)),
    );
    context.audit({ after: { passkey: body.name } });
    return context.change(async (write) => {
      const made = await passkeys.add(write, user, { name: body.name, credential });
      await sessions.verify(write, session, 'passkey');
      return made;
    });
  },
});

export const passkeyRename = defineOperation({
  id: 'account.renamePasskey',
  summary: 'Give a passkey another name',
  method: 'PATCH',
  path: '/account/passkeys/{id}',
  permission: 'self',
  audited: true,
  pathParams: PasskeyPath,
  query: NONE,
  body: z.strictObject({ name: PasskeyName }),
  output: PasskeyView,
  cli: 'account rename-passkey',
  async handler(context, { path, body }) {
    const { user } = sessionOf(context);
    context.audit({ subject: user, project: INSTANCE, after: { passkey: body.name } });
    return context.change((write) =>
      context.services.secondFactors.passkeys.rename(write, user, { id: path.id, name: body.name }),
    );
  },
});

export const passkeyRemove = defineOperation({
  id: 'account.removePasskey',
  summary: 'Remove a passkey',
  method: 'DELETE',
  path: '/account/passkeys/{id}',
  permission: 'self',
  audited: true,
  sensitive: true,
  pathParams: PasskeyPath,
  query: NONE,
  body: NO_BODY,
  output: z.object({}),
  status: 204,
  cli: 'account remove-passkey',
  async handler(context, { path }) {
    const { secondFactors } = context.services;
    const { user } = sessionOf(context);
    context.audit({ subject: user, project: INSTANCE, before: { passkey: path.id } });
    await context.change(async (write) => {
      await secondFactors.passkeys.remove(write, user, path.id);
      if (await secondFactors.tidy(write, user)) await refuseWithout(context, user);
      await secondFactors.challenges.dropAll(write, user);
    });
    return {};
  },
});
