import type { TaskInfo, TaskSummary } from '../../api/types.ts';

type Kind = TaskSummary['accepts'][number];

/** What somebody pasted, in the order in which it is looked at. */
const FORMS: readonly { kind: Kind; form: RegExp }[] = [
  { kind: 'cve', form: /^cve-\d{4}-\d{4,}$/i },
  { kind: 'vector', form: /^(?:cvss:\d\.\d\/)?av:[nalp]\/ac:[lmh]\/\S+$/i },
  { kind: 'purl', form: /^pkg:[a-z0-9.+-]+\/\S+$/i },
  { kind: 'url', form: /^https?:\/\/[^\s/]+\S*$/i },
  { kind: 'hash', form: /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i },
  { kind: 'address', form: /^0x[0-9a-f]{40}$/i },
];

/** The kind of parameter that a text is a value of; undefined: it is words to look for. */
export function inputKind(text: string): Kind | undefined {
  const value = text.trim();
  return FORMS.find(({ form }) => form.test(value))?.kind;
}

/** Whether a task says that its target may be such a file. */
export function takesFile(task: Pick<TaskSummary, 'files'>, name: string): boolean {
  const lower = name.toLowerCase();
  return task.files.some((ending) => ending === '*' || lower.endsWith(ending));
}

export function formAddress(task: string, input: string | undefined): string {
  const address = `/tasks/${encodeURIComponent(task)}`;
  return input === undefined ? address : `${address}?input=${encodeURIComponent(input.trim())}`;
}

/** A file that has been uploaded, as the value of a parameter. */
const UPLOADED = /^upload:fil_[0-9a-f-]+$/;

/** The id of the file, when the value is one that has been uploaded. */
export function uploadedFile(value: unknown): string | undefined {
  return typeof value === 'string' && UPLOADED.test(value) ? value.slice('upload:'.length) : undefined;
}

interface Property {
  kind?: string;
  type?: string;
  target?: boolean;
}

/** The parameters of a form that begins with what was pasted: in the first field that takes its kind. */
export function paramsFor(info: TaskInfo, input: string): Record<string, unknown> | undefined {
  const kind = inputKind(input);
  const file = UPLOADED.test(input);
  const properties = (info.params.properties ?? {}) as Record<string, Property>;
  const field = Object.entries(properties).find(([, property]) =>
    file
      ? property.target && (property.kind === 'path' || property.kind === 'upload')
      : kind !== undefined && property.kind === kind,
  );
  if (!field) return undefined;
  const [name, { type }] = field;
  return { [name]: type === 'array' ? [input] : input };
}
