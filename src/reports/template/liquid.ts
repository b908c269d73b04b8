import { Liquid, type Template } from 'liquidjs';
import { SentinelError } from '../../lib/errors.ts';
import { md } from '../formats/markdown.ts';

const MOST_CHARACTERS = 100_000;
const RENDER_MS = 10_000;
/** Characters and entries that a template may make, as Liquid counts them. */
const MEMORY = 50_000_000;

export const CHARTS = ['severity', 'weeks', 'rules', 'assets', 'change'] as const;
/** What a template may put in by a tag of its own. */
export const TAGS = ['chart', 'findings', 'findings_table', 'accepted', 'rules', 'page_break'] as const;

/**
 * The language of own templates: no files, no network, nothing of the process, only the values that it is given and only their own
 * fields. What it prints is text in Markdown unless a template says `raw`, and even that becomes blocks, never HTML.
 */
export function createLiquid(mark: string): Liquid {
  const liquid = new Liquid({
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: false,
    outputEscape: (value: unknown) => md(value === null || value === undefined ? '' : String(value)),
    parseLimit: MOST_CHARACTERS,
    renderLimit: RENDER_MS,
    memoryLimit: MEMORY,
    // Whatever a template asks for, there is no such file.
    templates: {},
    relativeReference: false,
    timezoneOffset: 0,
    locale: 'en-US',
  });
  for (const tag of ['include', 'render', 'layout', 'block'])
    liquid.registerTag(tag, {
      parse() {
        throw new Error(`There is no tag '${tag}': a template stands for itself.`);
      },
      render: () => '',
    });
  const argumentOf = new WeakMap<object, string>();
  for (const tag of TAGS)
    liquid.registerTag(tag, {
      parse(token: { args: string }) {
        const argument = token.args.trim();
        if (tag === 'chart' && !CHARTS.some((one) => one === argument))
          throw new Error(`There is no chart '${argument}'. There are: ${CHARTS.join(', ')}.`);
        argumentOf.set(this, argument);
      },
      // On a line of its own; nobody else knows the mark.
      render() {
        return `\n\n${mark}${tag} ${argumentOf.get(this) ?? ''}\n\n`;
      },
    });
  return liquid;
}

/** Throws with the line when the template cannot be read. */
export function checkTemplate(source: string): Template[] {
  try {
    return createLiquid('check').parse(source);
  } catch (error) {
    throw templateError(error);
  }
}

export function templateError(error: unknown): SentinelError {
  if (error instanceof SentinelError) return error;
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return new SentinelError('invalid-template', `source: ${message}`, { cause: error });
}
