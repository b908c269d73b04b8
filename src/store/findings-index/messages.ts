import type { Facets, FacetsRequest, IdsRequest, ListRequest } from './filter.ts';
import type { FindingRow } from './row.ts';
import type { FindingStates, StatesRequest } from './states.ts';

/** What the main thread and the index thread say to each other. */
export type IndexRequest =
  | { id: number; op: 'list'; request: ListRequest }
  | { id: number; op: 'facets'; request: FacetsRequest }
  | { id: number; op: 'ids'; request: IdsRequest }
  | { id: number; op: 'states'; request: StatesRequest }
  | { id: number; op: 'close' };

export type IndexAnswer =
  | { id: number; rows: FindingRow[] }
  | { id: number; facets: Facets }
  | { id: number; ids: string[] }
  | { id: number; states: FindingStates }
  | { id: number; closed: true }
  | { id: number; error: { code: string; message: string } };
