import type { ThemeRegistrationRaw } from '@shikijs/primitive';
import { TOKEN_KINDS, TokenKind } from './code-token.ts';

/** Scopes of the TextMate grammars, the more exact ones win. The rest is text. */
const SCOPES: Readonly<Record<Exclude<TokenKind, 'text'>, readonly string[]>> = {
  comment: ['comment', 'punctuation.definition.comment', 'string.quoted.docstring'],
  string: ['string', 'punctuation.definition.string', 'constant.character', 'markup.inline.raw'],
  number: ['constant.numeric', 'constant.language', 'constant.other', 'variable.other.constant'],
  keyword: [
    'keyword',
    'storage',
    'keyword.operator.new',
    'keyword.operator.expression',
    'keyword.operator.logical.python',
    'keyword.operator.word',
    'variable.language',
    'markup.heading',
  ],
  function: [
    'entity.name.function',
    'support.function',
    'meta.function-call.generic',
    'variable.function',
    'entity.name.command',
  ],
  type: [
    'entity.name.type',
    'entity.name.class',
    'entity.other.inherited-class',
    'support.class',
    'support.type',
    'storage.type.java',
    'storage.type.primitive',
    'storage.type.generic',
    'storage.type.string.go',
    'storage.type.error.go',
    'storage.type.numeric.go',
    'storage.type.boolean.go',
    'storage.type.byte.go',
  ],
  name: [
    'entity.name.tag',
    'entity.other.attribute-name',
    'support.type.property-name',
    'variable.other.key',
    'entity.name.section',
    'meta.object-literal.key',
  ],
};

/** What a grammar calls otherwise and is text to a reader: signs, and code within a text. */
const TEXT = ['keyword.operator', 'punctuation', 'meta.template.expression', 'meta.embedded', 'source'];

/** A theme gives colours; ours stand for kinds, so that the page has the colours. */
const colourOf = (kind: TokenKind): string =>
  `#0000${TOKEN_KINDS.indexOf(kind).toString(16).padStart(2, '0')}`;

export const KIND_OF_COLOUR = new Map(TOKEN_KINDS.map((kind) => [colourOf(kind), kind]));

export const THEME: ThemeRegistrationRaw = {
  name: 'kinds',
  type: 'light',
  fg: colourOf('text'),
  bg: '#ffffff',
  settings: [
    { settings: { foreground: colourOf('text') } },
    { scope: TEXT, settings: { foreground: colourOf('text') } },
    ...Object.entries(SCOPES).map(([kind, scope]) => ({
      scope: [...scope],
      settings: { foreground: colourOf(TokenKind.parse(kind)) },
    })),
  ],
};
