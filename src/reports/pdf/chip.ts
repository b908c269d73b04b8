import type { Severity } from '../../model/severity.ts';
import { capital } from '../document/words.ts';
import { CHIPS } from './palette.ts';
import type { Sheet } from './sheet.ts';

const SIZE = 7.5;
const HEIGHT = 12;

export function chipWidth(sheet: Sheet, severity: Severity): number {
  return sheet.fonts.width(capital(severity), 'bold', SIZE) + 9;
}

/** The severity as a word in its form. Belongs to the element that is being drawn. */
export function drawChip(sheet: Sheet, severity: Severity, at: { x: number; y: number }): number {
  const { text, back, line } = CHIPS[severity];
  const width = chipWidth(sheet, severity);
  if (back) sheet.doc.roundedRect(at.x, at.y, width, HEIGHT, 2.5).fill(back);
  if (line) sheet.doc.lineWidth(0.6).strokeColor(line).roundedRect(at.x, at.y, width, HEIGHT, 2.5).stroke();
  sheet.line(capital(severity), at.y + 1, { x: at.x + 4.5, style: 'bold', size: SIZE, color: text });
  return width;
}
