import { DIFF_SECTIONS } from '../model/diff-section.ts';
import type { DiffDocument } from './diff-document.ts';

/** `{ from, to, counts, sections: { new: [{ finding, was }], … } }` */
export async function* jsonDiff({ from, to, counts, every }: DiffDocument): AsyncGenerator<string> {
  yield `{"from":${JSON.stringify(from)},"to":${JSON.stringify(to)},"counts":${JSON.stringify(counts)},"sections":{`;
  for (const [index, section] of DIFF_SECTIONS.entries()) {
    yield `${index > 0 ? ',' : ''}\n${JSON.stringify(section)}:[`;
    let first = true;
    for await (const item of every(section)) {
      yield `${first ? '' : ','}\n${JSON.stringify(item)}`;
      first = false;
    }
    yield ']';
  }
  yield '}}\n';
}
