/**
 * What we use of react-i18next, with keys checked against the catalogue. Its own types look a key up by instantiating the whole
 * catalogue at every call: beyond a thousand texts the compiler gives up ('excessively deep').
 */
import type { i18n, ThirdPartyModule } from 'i18next';
import type { ReactNode } from 'react';
import type { TextKey } from './text-key.ts';

/** The second argument: values, or what is shown when there is no such text. */
export type Translate = (key: TextKey, values?: Readonly<Record<string, unknown>> | string) => string;

export function useTranslation(): { t: Translate; i18n: i18n };
export function I18nextProvider(props: { i18n: i18n; children?: ReactNode }): ReactNode;
export const initReactI18next: ThirdPartyModule;
