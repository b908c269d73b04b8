import type { Location } from '../../api/types.ts';
import { cutAtName, placeOf } from './location.ts';

/** A place in a row: folders are cut first, the name of the file and the line are not. */
export function Place({ at }: { at: Location }) {
  const { main, detail, soft } = placeOf(at);
  const [start, name] = cutAtName(main);
  return (
    <>
      <bdi className="frow-place-main">
        {start ? <span className="frow-place-start">{start}</span> : null}
        <span className="frow-place-name">{name}</span>
      </bdi>
      <span className={soft ? 'frow-place-detail frow-place-soft' : 'frow-place-detail'}>{detail}</span>
    </>
  );
}
