import { environment } from '../../config.ts';
import { findProgram, PROGRAMS } from '../../engine/programs.ts';
import { type Check, ok, warn } from './check.ts';

/** Programs that make more possible and are not needed. */
export function checkPrograms(): Check[] {
  return PROGRAMS.filter(({ platform }) => platform === undefined || platform === process.platform).map(
    (program) => {
      const found = findProgram(program, environment().PATH);
      return found === undefined
        ? warn(program.name, 'not found (optional)', `Install it so that ${program.use}.`)
        : ok(program.name, found);
    },
  );
}
