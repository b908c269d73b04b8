import type { Location } from '../../../model/location.ts';
import type { Severity } from '../../../model/severity.ts';
import type { HttpResponse } from '../../../plugin/powers/net.ts';
import { type Element, parseHtml } from './html.ts';
import type { RuleId } from './rules.ts';

/** A finding before it becomes an event. */
export interface Hit {
  rule: RuleId;
  at: Location;
  key: readonly string[];
  message?: string;
  severity?: Severity;
  evidence?: string;
  secrets?: readonly string[];
}

/** An answer with what every check asks of it. */
export interface Page {
  url: URL;
  response: HttpResponse;
  text: string;
  html: boolean;
  elements: readonly Element[];
}

export function toPage(response: HttpResponse): Page {
  const url = new URL(response.url);
  const text = new TextDecoder('utf-8').decode(response.body);
  const type = header(response, 'content-type')?.toLowerCase() ?? '';
  const html =
    /^\s*(text\/html|application\/xhtml\+xml)\b/.test(type) ||
    (type === '' && /^\s*<(!doctype|html)/i.test(text));
  return { url, response, text, html, elements: html ? parseHtml(text) : [] };
}

/** Every value of a header, in the order of the wire. */
export function headerValues(response: HttpResponse, name: string): string[] {
  return response.headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
}

/** The value of a header, several joined as HTTP says; undefined when it is not there. */
export function header(response: HttpResponse, name: string): string | undefined {
  const values = headerValues(response, name);
  return values.length === 0 ? undefined : values.join(', ');
}

export function atHeader(page: Page, param: string): Location {
  return { kind: 'http', url: page.url.href, param };
}

export function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
