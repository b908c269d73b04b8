import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { first } from './en-first.ts';

export function createI18n(): i18n {
  const instance = createInstance();
  void instance.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: first } },
    // React renders every value as text.
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}

/** The rest of the catalogue: before the first page of a signed-in user is drawn. A group may have its texts in both. */
export async function addLaterTexts(instance: i18n): Promise<void> {
  const { later } = await import('./en-later.ts');
  instance.addResourceBundle('en', 'translation', later, true, true);
}
