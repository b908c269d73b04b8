import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { describeLocation } from '../../model/location.ts';
import { ruleTags } from '../../model/rule.ts';
import { FRAMEWORK_TABLES } from '../compliance/frameworks.ts';
import { cwesOf } from '../document/compliance.ts';
import { findingFacts, isWebAddress } from '../document/parts.ts';
import { type ReportFinding, ruleKey } from '../model.ts';
import type { Rendering } from '../render/render-format.ts';
import {
  CHANGE_LIST,
  CONFIDENCE_LIST,
  type PageData,
  type PageDetail,
  SEVERITY_LIST,
  STATUS_LIST,
} from './page-data.ts';

const PER_BLOCK = 500;
/** Of an excerpt in the page: enough to see it. */
const MOST_FLOW = 50;
const deflate = promisify(deflateRaw);

/** The columns of a page, and its blocks of details as they are ready: base64 of deflated JSON. */
export async function pageColumns({
  snapshot,
  options,
}: Rendering): Promise<{ data: PageData; details: string[] }> {
  const { head } = snapshot;
  const titles = createIndex<string>((value) => value);
  const rules = createIndex<string>((value) => value);
  const assets = createIndex<string>((value) => value);
  const cwes = createIndex<number[]>((value) => value.join());
  const sectionLists = createIndex<number[]>((value) => value.join());
  const codes: Record<'severity' | 'status' | 'change' | 'confidence', string[]> = {
    severity: [],
    status: [],
    change: [],
    confidence: [],
  };
  const columns = {
    rule: [],
    asset: [],
    title: [],
    cwe: [],
    section: [],
    firstSeen: [],
    closed: [],
  } as Record<string, number[]>;
  const texts = { place: [], message: [], id: [] } as Record<'place' | 'message' | 'id', string[]>;
  const details: string[] = [];
  let block: PageDetail[] = [];
  let count = 0;
  const put = (name: string, value: number) => columns[name]?.push(value);

  for await (const finding of snapshot.findings()) {
    count += 1;
    codes.severity.push(String(SEVERITY_LIST.indexOf(finding.severity)));
    codes.status.push(String(STATUS_LIST.indexOf(finding.status)));
    codes.change.push(String(CHANGE_LIST.indexOf(finding.change ?? '')));
    codes.confidence.push(String(CONFIDENCE_LIST.indexOf(finding.confidence)));
    put('rule', rules.of(ruleKey(finding)));
    put('asset', assets.of(finding.asset));
    put('title', titles.of(finding.title));
    put('cwe', cwes.of(cwesOf(finding, head)));
    put('section', sectionLists.of(finding.sections));
    put('firstSeen', Math.floor(finding.firstSeen / 1000));
    put('closed', finding.closed === null ? 0 : Math.floor(finding.closed / 1000));
    texts.place.push(describeLocation(finding.location));
    // The title says it already.
    texts.message.push(finding.message === finding.title ? '' : finding.message);
    texts.id.push(finding.id);
    block.push(detailOf(finding, findingFacts(finding, head)));
    if (block.length === PER_BLOCK) {
      details.push(await packed(block));
      block = [];
    }
  }
  if (block.length > 0) details.push(await packed(block));
  const categories =
    options.template.base === 'compliance'
      ? options.frameworks.flatMap((id) =>
          FRAMEWORK_TABLES[id].categories.map((one) => ({
            key: `${id}/${one.id}`,
            title: `${one.id} ${one.title}`,
            cwe: [...one.cwe],
          })),
        )
      : [];
  const data = {
    count,
    asOf: head.asOf,
    severity: codes.severity.join(''),
    status: codes.status.join(''),
    change: codes.change.join(''),
    confidence: codes.confidence.join(''),
    ...columns,
    ...texts,
    rules: rules.list.map((key) => {
      const text = head.rules[key] ?? { title: key, severity: 'info', why: '', fix: '' };
      const links = (text.references ?? []).filter(isWebAddress);
      return { key, title: text.title, why: text.why, fix: text.fix, tags: ruleTags(text), links };
    }),
    assets: assets.list.map((id) => head.assets[id] ?? id),
    titles: titles.list,
    cwes: cwes.list,
    sectionLists: sectionLists.list,
    sections: head.sections.map(({ name }) => name),
    weeks: {
      start: head.about.kind === 'file' ? 0 : (head.weeks[0]?.start ?? 0),
      count: head.about.kind === 'file' ? 0 : head.weeks.length,
    },
    categories,
    perBlock: PER_BLOCK,
  } as unknown as PageData;
  return { data, details };
}

function detailOf({ location, excerpt, flow }: ReportFinding, facts: [string, string][]): PageDetail {
  const region = 'region' in location ? location.region : undefined;
  const more = flow.length - MOST_FLOW;
  return [
    facts,
    excerpt && {
      first: excerpt.firstLine,
      lines: excerpt.lines,
      from: region?.startLine ?? 0,
      to: region?.endLine ?? region?.startLine ?? 0,
    },
    [
      ...flow.slice(0, MOST_FLOW).map(({ at, note }): [string, string] => [describeLocation(at), note]),
      ...(more > 0 ? [['', `${more} further steps`] as [string, string]] : []),
    ],
  ];
}

async function packed(block: readonly PageDetail[]): Promise<string> {
  return (await deflate(JSON.stringify(block))).toString('base64');
}

function createIndex<T>(keyOf: (value: T) => string) {
  const known = new Map<string, number>();
  const list: T[] = [];
  return {
    list,
    of(value: T): number {
      const key = keyOf(value);
      let at = known.get(key);
      if (at === undefined) {
        at = list.push(value) - 1;
        known.set(key, at);
      }
      return at;
    },
  };
}
