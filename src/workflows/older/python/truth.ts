import { atLeast, type Cel, LEVEL } from './cel.ts';

/** Python's falsy values. */
const FALSY = "[false, 0, '', null, [], {}]";

/** Python takes any value for true or false; CEL wants a boolean. */
export function truth(cel: Cel): Cel {
  const compared = (text: string): Cel => ({ text, level: LEVEL.compare, type: 'bool' });
  switch (cel.type) {
    case 'bool':
      return cel;
    case 'int':
      return compared(`${atLeast(cel, LEVEL.sum)} != 0`);
    case 'double':
      return compared(`${atLeast(cel, LEVEL.sum)} != 0.0`);
    case 'string':
    case 'status':
      return compared(`${atLeast(cel, LEVEL.sum)} != ''`);
    case 'list':
    case 'map':
      return compared(`size(${cel.text}) > 0`);
    case 'null':
      return { text: 'false', level: LEVEL.primary, type: 'bool' };
    case 'nullable':
      return compared(`${atLeast(cel, LEVEL.sum)} != null`);
    // A step that has no result was not run or failed.
    case 'step':
      return compared(`${cel.step}.status == 'done'`);
    case 'severity':
    case 'dyn':
      return { text: `!(${atLeast(cel, LEVEL.sum)} in ${FALSY})`, level: LEVEL.unary, type: 'bool' };
  }
}
