import { SaxesParser } from 'saxes';
import type { XmlElement } from '../importer.ts';
import { MAX_DEPTH, MAX_ELEMENT_BYTES } from './limits.ts';
import type { Lookout } from './lookout.ts';
import { type ProblemSink, ReportProblem } from './report-problem.ts';

type Open = XmlElement & { size: number };

/** What stands around the wanted elements may be deeper than these, but not without end. */
const MAX_OUTER_DEPTH = 1_000;
const LATIN1 = /^(?:iso-8859-1|latin-?1|windows-1252|us-ascii|ascii)$/i;

/**
 * Elements of these names. Entities that a document declares are never expanded: a document with such declarations is refused, so
 * that it can neither grow without end nor name files.
 */
export async function* xmlElements(
  bytes: AsyncIterable<Buffer>,
  names: readonly string[],
  problems: ProblemSink,
  look?: Lookout,
): AsyncGenerator<XmlElement> {
  const reader = createReader(new Set(names), problems, look);
  try {
    let decoder: TextDecoder | undefined;
    for await (const chunk of bytes) {
      decoder ??= new TextDecoder(declaredEncoding(chunk));
      reader.write(decoder.decode(chunk, { stream: true }));
      yield* reader.ready();
    }
    reader.write(decoder?.decode() ?? '');
    reader.close();
    yield* reader.ready();
  } catch (error) {
    yield* reader.ready();
    if (!(error instanceof ReportProblem)) throw error;
    problems.problem(error.at, error.message, { damaged: true });
  }
}

/** UTF-16 has become UTF-8 by now, whatever the declaration says; only the encodings of one byte are left. */
function declaredEncoding(head: Buffer): string {
  const declared = /^\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([\w.-]{1,40})["']/.exec(
    head.toString('latin1', 0, 400),
  )?.[1];
  if (declared === undefined || /^utf-?(?:8|16(?:le|be)?)$/i.test(declared)) return 'utf-8';
  if (LATIN1.test(declared)) return 'windows-1252';
  throw new ReportProblem('line 1', `The encoding ${declared} is not read here: save the file as UTF-8.`);
}

function createReader(wanted: ReadonlySet<string>, problems: ProblemSink, look: Lookout | undefined) {
  const parser = new SaxesParser<{ xmlns: false; position: true }>({ xmlns: false, position: true });
  const outer: Pick<XmlElement, 'name' | 'attributes'>[] = [];
  const open: Open[] = [];
  let found: XmlElement[] = [];
  let quiet = 0;
  /** Levels below an element that is left out. */
  let skipping = 0;
  let faults = 0;
  let started = false;

  const place = () => `line ${parser.line}`;

  parser.on('error', (error) => {
    faults += 1;
    // One place is enough to look at; the text is the parser's own: "3:7: unexpected close tag."
    if (faults === 1)
      problems.problem(
        place(),
        `This is not well-formed XML: ${error.message.replace(/^(?:[^\s:]*:)?\d{1,12}:\d{1,12}: /, '')}`,
        {
          damaged: true,
        },
      );
    if (faults > 1_000) throw new ReportProblem(place(), 'There are more than 1,000 faults in this XML.');
  });
  parser.on('doctype', (text) => {
    quiet = 0;
    if (/<!ENTITY/i.test(text))
      throw new ReportProblem(place(), 'The document declares entities of its own, which are refused.');
  });
  parser.on('opentag', (tag) => {
    quiet = 0;
    if (!started) look?.root(localName(tag.name));
    started = true;
    if (skipping > 0) {
      skipping += 1;
      return;
    }
    const name = localName(tag.name);
    const top = open.at(-1);
    if (!top && !wanted.has(name)) {
      if (outer.length >= MAX_OUTER_DEPTH)
        throw new ReportProblem(place(), `Elements are nested deeper than ${MAX_OUTER_DEPTH} levels.`);
      outer.push({ name, attributes: tag.attributes });
      return;
    }
    const element: Open = {
      name,
      attributes: tag.attributes,
      text: '',
      children: [],
      line: parser.line,
      parents: top ? [] : [...outer],
      size: sizeOf(tag.attributes),
    };
    open.push(element);
    grow(element.size);
    if (open.length > MAX_DEPTH) leaveOut(`is nested deeper than ${MAX_DEPTH} levels`);
  });
  parser.on('closetag', () => {
    quiet = 0;
    if (skipping > 0) {
      skipping -= 1;
      return;
    }
    const element = open.pop();
    if (!element) {
      outer.pop();
      return;
    }
    const { size: _size, ...plain } = element;
    const parent = open.at(-1);
    if (parent) parent.children.push(plain);
    else found.push(plain);
  });
  const addText = (text: string) => {
    quiet = 0;
    const top = open.at(-1);
    if (!top || skipping > 0) return;
    top.text += text;
    grow(text.length);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('comment', () => {
    quiet = 0;
  });

  function grow(size: number): void {
    const root = open[0];
    if (!root) return;
    root.size += size + 64;
    if (root.size > MAX_ELEMENT_BYTES) leaveOut(`is larger than ${MAX_ELEMENT_BYTES / 1024 / 1024} MB`);
  }

  /** The whole wanted element, however deep it is open. */
  function leaveOut(why: string): void {
    const root = open[0];
    problems.problem(
      `line ${root?.line ?? parser.line}`,
      `The element ${root?.name ?? ''} ${why} and is left out.`,
      {
        damaged: true,
      },
    );
    skipping = open.length;
    open.length = 0;
  }

  return {
    write(text: string): void {
      // What has no end (a text, an attribute, a document type) is held by the parser until it comes.
      quiet += text.length;
      if (quiet > MAX_ELEMENT_BYTES)
        throw new ReportProblem(
          place(),
          `Something is longer than ${MAX_ELEMENT_BYTES / 1024 / 1024} MB here.`,
        );
      if (text !== '') parser.write(text);
    },
    close(): void {
      if (!started && faults === 0) throw new ReportProblem('the beginning', 'The file is empty.');
      const cut = open.length + outer.length + skipping > 0;
      const line = place();
      faults = cut ? 1 : faults;
      parser.close();
      if (cut) throw new ReportProblem(line, 'The file ends in the middle of an element: it is cut off.');
    },
    *ready(): Generator<XmlElement> {
      const list = found;
      found = [];
      yield* list;
    },
  };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function sizeOf(attributes: Record<string, string>): number {
  let size = 0;
  for (const name in attributes) size += name.length + (attributes[name]?.length ?? 0);
  return size;
}
