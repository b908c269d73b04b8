import * as z from 'zod';

export const Login = z
  .string()
  .trim()
  .min(2)
  .max(100)
  .regex(/^[^\s\p{C}]+$/u, 'expects no spaces')
  .meta({ examples: ['ada'] });

export const PersonName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .meta({ examples: ['Ada Lovelace'] });

export const Email = z.union([z.literal(''), z.email().max(200)]).meta({ examples: ['ada@example.org'] });

export const Account = z.object({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  email: z.string(),
  kind: z.enum(['person', 'service']),
  disabled: z.boolean(),
  mustChangePassword: z.boolean(),
  hasPassword: z.boolean(),
  created: z.int(),
});
export type Account = z.infer<typeof Account>;

export const Grant = z.object({
  id: z.string(),
  principal: z.string(),
  role: z.string(),
  /** `*` for everywhere. */
  project: z.string(),
  source: z.string(),
  created: z.int(),
});
export type Grant = z.infer<typeof Grant>;
