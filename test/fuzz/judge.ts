import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ERROR_CODES } from '../../src/lib/error-codes.ts';
import type { OpenApi } from './described.ts';
import { operationAt } from './described.ts';
import type { Described } from './plan.ts';
import { type Reply, type Sent, SLOW_MS } from './send.ts';

/** Codes above 500 that are right answers to what was asked. */
const RIGHT_ABOVE_500: Record<string, string> = {
  unsupported: 'the declaration says that it is not possible on this system',
  'target-unreachable': 'the target that was named does not answer',
};

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEAKS: readonly [RegExp, string][] = [
  [/\n\s+at .{1,200}:\d+:\d+\)?/, 'a stack'],
  [/node_modules|node:internal|file:\/\/\//, 'a path of program files'],
  [
    /SQLITE_[A-Z]+|syntax error at or near|no such (?:table|column)|constraint failed/i,
    'an error of the database',
  ],
  [/\b(?:select|insert into|delete from|update) .{0,80}\b(?:from|values|where|set)\b/i, 'SQL'],
  [/hidden-value/, 'the value of a secret'],
];
const HEADERS: Record<string, RegExp> = {
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^no-referrer$/,
  'content-security-policy': /default-src 'none'/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'x-request-id': /^req_[0-9a-f-]{36}$/,
};

/** Gives what is wrong with an answer, whatever was asked. */
export function openJudge(document: OpenApi, operations: readonly Described[]) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false });
  const compiled = new Map<unknown, ValidateFunction>();
  const problem = ajv.compile(document.components.schemas.Problem ?? false);

  function fits(schema: unknown, value: unknown, what: string): string[] {
    const check = compiled.get(schema) ?? ajv.compile(schema as object);
    compiled.set(schema, check);
    if (check(value)) return [];
    const [first] = check.errors ?? [];
    return [
      `${what} is not as documented: ${first?.instancePath || '(all)'} ${first?.message} ${JSON.stringify(first?.params)}`,
    ];
  }

  return function judge(sent: Sent, reply: Reply): string[] {
    const wrong = [...headerProblems(reply), ...leaks(sent, reply)];
    if (reply.milliseconds > (sent.patience ?? SLOW_MS))
      wrong.push(`took ${Math.round(reply.milliseconds)} ms`);
    if (sent.method === 'HEAD') return reply.status >= 500 ? [...wrong, `status ${reply.status}`] : wrong;
    if (reply.status >= 400) return [...wrong, ...judgeProblem(reply)];
    const operation = operationAt(operations, sent.method, sent.target.split('?')[0] ?? '');
    return operation ? [...wrong, ...judgeSuccess(operation, reply)] : wrong;
  };

  function judgeProblem(reply: Reply): string[] {
    const type = String(reply.headers['content-type']);
    if (!type.startsWith('application/problem+json'))
      return [`status ${reply.status} with content type ${type}`];
    const body = parsed(reply.text);
    if (!problem(body)) return fits(document.components.schemas.Problem, body, 'the problem');
    const { code, status, requestId } = body as { code: string; status: number; requestId: string };
    const row = Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code as keyof typeof ERROR_CODES] : undefined;
    return [
      ...(row?.status === reply.status && status === reply.status
        ? []
        : [`code ${code} with status ${reply.status}`]),
      ...(requestId === reply.headers['x-request-id'] ? [] : ['the request id differs from its header']),
      ...(reply.status < 500 || Object.hasOwn(RIGHT_ABOVE_500, code) ? [] : [`${reply.status} ${code}`]),
      ...(reply.status === 429 && !reply.headers['retry-after'] ? ['429 without Retry-After'] : []),
    ];
  }

  function judgeSuccess(operation: Described, reply: Reply): string[] {
    const documented = operation.responses[String(reply.status)];
    if (!documented) return [`status ${reply.status} is not documented`];
    if (!documented.content) return reply.text === '' ? [] : ['a body where none is documented'];
    const type = String(reply.headers['content-type']).split(';')[0] ?? '';
    if (documented.content['*/*']) return downloadProblems(reply);
    const schema = documented.content[type]?.schema;
    if (!schema) return [`content type ${type} is not documented`];
    return fits(schema, parsed(reply.text), 'the answer');
  }
}

function headerProblems(reply: Reply): string[] {
  return Object.entries(HEADERS).flatMap(([name, expected]) =>
    // A download has a policy of its own, which is stricter.
    expected.test(String(reply.headers[name] ?? ''))
      ? []
      : [`header ${name}: ${reply.headers[name] ?? 'missing'}`],
  );
}

function downloadProblems(reply: Reply): string[] {
  return [
    ...(/^attachment; filename\*=UTF-8''[\w.~%!*'()-]*$/.test(String(reply.headers['content-disposition']))
      ? []
      : [`a download with content-disposition ${reply.headers['content-disposition']}`]),
    ...(String(reply.headers['content-security-policy']).startsWith('sandbox')
      ? []
      : ['a download without sandbox']),
  ];
}

/** What is shown to nobody. What the request itself said may come back. */
function leaks(sent: Sent, reply: Reply): string[] {
  if (reply.status < 400) return /hidden-value/.test(reply.text) ? ['the value of a secret'] : [];
  const asked = `${decoded(sent.target)} ${typeof sent.body === 'string' ? sent.body : ''} ${Object.values(sent.headers).join(' ')}`;
  return [
    ...LEAKS.flatMap(([what, name]) => {
      const found = what.exec(reply.text);
      return found && !asked.includes(found[0]) ? [`${name} in the answer: ${found[0].slice(0, 80)}`] : [];
    }),
    ...(reply.text.includes(ROOT) && !asked.includes(ROOT) ? ['a path of program files'] : []),
  ];
}

function decoded(target: string): string {
  try {
    return `${target} ${decodeURIComponent(target)}`;
  } catch {
    return target;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
