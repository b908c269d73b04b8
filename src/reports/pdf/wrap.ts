import type { Fonts, Style } from './fonts.ts';

/**
 * Lines of drawable text that are not wider. Breaks behind spaces and behind the signs in paths and addresses; a word that is still
 * too long is cut where the line ends.
 */
export function wrapText(
  fonts: Fonts,
  text: string,
  box: { style: Style; size: number; width: number },
): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n'))
    lines.push(...wrapLine(fonts, fonts.drawable(paragraph, box.style), box));
  return lines;
}

function wrapLine(
  fonts: Fonts,
  text: string,
  { style, size, width }: { style: Style; size: number; width: number },
): string[] {
  if (fonts.width(text, style, size) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const part of text.match(/[^\s/\\.,;:&?=_-]*[\s/\\.,;:&?=_-]?/g) ?? []) {
    const wide = fonts.width(part.trimEnd(), style, size);
    if (used + wide > width && line !== '') {
      lines.push(line.trimEnd());
      line = '';
      used = 0;
    }
    if (wide <= width) {
      line += part;
      used += fonts.width(part, style, size);
      continue;
    }
    for (const character of part) {
      const one = fonts.width(character, style, size);
      if (used + one > width && line !== '') {
        lines.push(line);
        line = '';
        used = 0;
      }
      line += character;
      used += one;
    }
  }
  if (line !== '' || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}
