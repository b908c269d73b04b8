import { confirm, log, multiselect, password, select, text } from '@clack/prompts';
import { parseDocument } from 'yaml';
import { visibleText } from '../lib/visible-text.ts';
import type { TaskInfo } from '../model/task-info.ts';
import { answer } from './interactive-answer.ts';
import { type Property, propertiesOf, requiredOf, typeText } from './task-properties.ts';

type Params = Record<string, unknown>;
/** What is wrong with parameters, those that are not asked for yet included. */
type Check = (params: Params) => Promise<readonly { field: string; message: string }[]>;

/** Asks for the parameters of a task: what is needed, then on request what is seldom changed. */
export async function askParams(info: TaskInfo, check: Check): Promise<Params> {
  const required = requiredOf(info);
  const properties = propertiesOf(info);
  const rare = properties.filter(([name, property]) => property.advanced && !required.has(name));
  const params: Params = {};
  for (const [name, property] of properties) {
    if (rare.some(([other]) => other === name)) continue;
    await ask({ check, params, name, property, required: required.has(name) });
  }
  if (rare.length === 0) return params;
  const wanted = answer(
    await multiselect({
      message: 'Anything else to change? (space selects, enter goes on)',
      options: rare.map(([name, property]) => ({
        value: name,
        label: visibleText(property.title ?? name),
        hint: visibleText(property.description ?? typeText(property)),
      })),
      required: false,
    }),
  );
  for (const [name, property] of rare.filter(([other]) => wanted.includes(other)))
    await ask({ check, params, name, property, required: false });
  return params;
}

interface Question {
  check: Check;
  params: Params;
  name: string;
  property: Property;
  required: boolean;
}

async function ask(question: Question): Promise<void> {
  const { params, name, property, required } = question;
  const message = visibleText([property.title ?? name, property.description].filter(Boolean).join(': '));
  if (property.type === 'boolean') {
    params[name] = answer(await confirm({ message, initialValue: property.default === true }));
    return;
  }
  if (property.enum) {
    const usual = property.default ?? property.enum[0];
    const chosen = answer(
      await select({
        message,
        options: property.enum.map((value, index) => ({ value: index, label: visibleText(String(value)) })),
        initialValue: Math.max(0, property.enum.indexOf(usual)),
      }),
    );
    params[name] = property.enum[chosen];
    return;
  }
  if (property.kind === 'secret-ref') {
    const value = answer(await password({ message: `${message} (name of a stored secret)` }));
    if (value) params[name] = value;
    return;
  }
  const example = property.default ?? property.examples?.[0];
  for (;;) {
    const typed = answer(
      await text({
        message: `${message}${property.type === 'array' ? ' (several with commas)' : ''}`,
        placeholder: example === undefined ? (required ? '' : 'leave empty') : visibleText(plain(example)),
        validate: (input) => (required && !input ? 'This one is needed.' : undefined),
      }),
    );
    if (typed === '' || typed === undefined) return;
    const problem = await problemOf(question, typed);
    if (problem === undefined) {
      params[name] = typedValue(property, typed);
      return;
    }
    log.warn(visibleText(problem));
  }
}

/** What the task says about this one value; the other parameters are not looked at. */
async function problemOf(
  { check, params, name, property }: Question,
  input: string,
): Promise<string | undefined> {
  const problems = await check({ ...params, [name]: typedValue(property, input) });
  return problems.find(({ field }) => field === name || field.startsWith(`${name}.`))?.message;
}

function typedValue(property: Property, input: string): unknown {
  if (property.type === 'array')
    return input
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
  if (property.type === 'string') return input;
  const document = parseDocument(input);
  return document.errors.length > 0 ? input : document.toJS();
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}
