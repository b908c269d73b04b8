import type { Texts } from './en.ts';

type Plural = 'zero' | 'one' | 'two' | 'few' | 'many' | 'other';

/** `runs_one` and `runs_other` are forms of the one text `runs`. */
type NameOf<K extends string> = K extends `${infer Name}_${Plural}` ? Name : K;

type Keys<T, Path extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Path}${NameOf<K>}` : Keys<T[K], `${Path}${K}.`>;
}[keyof T & string];

/** Every text of the catalogue, by its path: `action.retry`. */
export type TextKey = Keys<Texts>;
