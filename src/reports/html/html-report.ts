import { createHash } from 'node:crypto';
import { htmlText } from '../charts/draw-svg.ts';
import { documentOf } from '../document/document.ts';
import { againstText, timeText } from '../document/words.ts';
import type { Rendering } from '../render/render-format.ts';
import { blockHtml } from './block-html.ts';
import { EXPLORER, HELP } from './explorer.ts';
import { fontFaces } from './fonts.ts';
import { pageColumns } from './page-columns.ts';
import { pageScript } from './page-script.ts';
import { pagePolicy } from './policy.ts';
import { STYLE } from './style.ts';

/** One file: everything is in it and it asks nobody for anything. */
export async function* htmlReport(rendering: Rendering): AsyncGenerator<string> {
  const { head } = rendering.snapshot;
  const style = `${await fontFaces()}${STYLE}`;
  const script = await pageScript();
  const policy = pagePolicy({ script: sha256(script), style: sha256(style) });
  // The policy stands within the first bytes: who serves the file reads it from there.
  yield `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><meta name="generator" content="SentinelX ${htmlText(head.version)}">`;
  yield `<title>${htmlText(head.title)}</title><style>${style}</style></head><body>`;
  yield `<a class="skip" href="#main">Skip to the contents</a>`;
  yield headerHtml(rendering);
  yield '<main id="main">';
  let explorer = false;
  for await (const block of documentOf(rendering, 'page')) {
    if (block.kind === 'explorer') explorer = true;
    yield* blockHtml(block, { head, explorer: EXPLORER });
  }
  yield '</main>';
  yield footerHtml(rendering);
  if (explorer) {
    yield HELP;
    const { data, details } = await pageColumns(rendering);
    yield '<script type="application/json" id="data">';
    yield inScript(JSON.stringify(data));
    yield '</script>';
    for (const [index, block] of details.entries())
      yield `<script type="text/plain" id="d${index}">${block}</script>`;
  }
  yield `<script>${script}</script></body></html>\n`;
}

function headerHtml({ snapshot: { head }, options: { template } }: Rendering): string {
  const { logo, organisation } = template.look;
  const mark = logo
    ? `<img class="logo" alt="${htmlText(organisation || 'Logo')}" src="data:${logo.mediaType};base64,${htmlText(logo.data)}">`
    : organisation
      ? `<span class="organisation">${htmlText(organisation)}</span>`
      : '';
  const against = againstText(head);
  return `<header><div class="top">${mark}${head.classification ? `<span class="classification">${htmlText(head.classification)}</span>` : ''}</div><h1>${htmlText(head.title)}</h1><p class="muted">${htmlText(head.project.name)} · ${htmlText(timeText(head.asOf))} · ${htmlText(head.scope)}</p>${against ? `<p class="muted">${htmlText(against)}</p>` : ''}</header>`;
}

function footerHtml({ snapshot: { head }, hash, options: { template }, redacted }: Rendering): string {
  return `<footer>${template.look.footer ? `<p>${htmlText(template.look.footer)}</p>` : ''}<p>Report <code>${htmlText(head.report)}</code>${head.actor ? `, made by ${htmlText(head.actor)}` : ''} with SentinelX ${htmlText(head.version)}. SHA-256 of its snapshot: <code>${htmlText(hash)}</code>${redacted ? '. Redacted: without code, evidence and names of places' : ''}</p></footer>`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** JSON inside of a script element: nothing in it ends the element or begins a comment. */
export function inScript(json: string): string {
  return json.replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
