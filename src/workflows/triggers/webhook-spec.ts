import { SentinelError } from '../../lib/errors.ts';
import type { WebhookTriggerSpec } from '../../model/workflow.ts';
import { checkTriggerInputs } from './trigger-inputs.ts';

/** What stands in the address of a hook. An id begins with `trg_`, so that no name looks like one. */
export const WEBHOOK_NAME = /^(?!trg_)[a-z0-9][a-z0-9_-]{0,63}$/;
const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Headers that inputs may look at; the others carry credentials, or say nothing about what happened. */
export const SHOWN_HEADERS = [
  'content-type',
  'user-agent',
  'x-github-event',
  'x-github-delivery',
  'x-github-hook-id',
  'x-gitlab-event',
  'x-gitlab-event-uuid',
  'x-gitlab-instance',
  'x-request-id',
] as const;

export function checkWebhook(spec: WebhookTriggerSpec): void {
  if (!WEBHOOK_NAME.test(spec.name))
    throw wrong('name', 'expects lower-case letters, digits, dash and underscore, at most 64', 'github-push');
  if (!SECRET_NAME.test(spec.secret)) throw wrong('secret', 'expects the name of a secret', 'github-hook');
  checkTriggerInputs(spec.inputs, ['body', 'headers']);
}

function wrong(field: string, message: string, example: string): SentinelError {
  return new SentinelError('invalid-parameter', `${field}: ${message}.`, {
    fields: [{ field, message, example }],
  });
}
