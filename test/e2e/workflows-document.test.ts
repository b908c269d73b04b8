import { expect, test } from 'vitest';
import { createDraft, MOST_UNDO } from '../../web/src/features/workflows/document/draft.ts';
import {
  applyEdit,
  connect,
  disconnect,
  duplicateStep,
  freeName,
  insertAfter,
  insertBefore,
  insertBetween,
  insertStep,
  moveStep,
  moveToSection,
  removeStep,
  renameStep,
  setAction,
  setField,
  setTop,
} from '../../web/src/features/workflows/document/edit.ts';
import { before, type Graph, graphOf, type Step } from '../../web/src/features/workflows/document/graph.ts';
import { parseText } from '../../web/src/features/workflows/document/parse.ts';

const SOURCE = `# What runs every night
name: nightly # the name
steps:
  # First the scan
  - task: secrets-scan
    name: scan
    params: { path: sample:shop }

  - name: ask # a person
    depends_on: scan
    approval: true
  - name: tell
    operation: findings.list
    depends_on: [ask]
    condition: steps.scan.findings.exists(f, f.severity == 'high')
    params:
      q: found by \${{ steps["scan"].status }}
finally:
  - name: clean
    operation: scope.list
`;

test('a graph has the steps of all sections, and edges for what is written and for what is read', () => {
  const graph = graphed(SOURCE);
  expect(graph.steps.map(({ id, section, action }) => [id, section, action])).toEqual([
    ['scan', 'steps', 'task'],
    ['ask', 'steps', 'approval'],
    ['tell', 'steps', 'operation'],
    ['clean', 'finally', 'operation'],
  ]);
  expect(graph.edges.map(({ id, kind }) => [id, kind])).toEqual([
    ['scan→ask', 'needs'],
    ['ask→tell', 'needs'],
  ]);
  expect(before(graph, 'tell').sort()).toEqual(['ask', 'scan']);
  const reads = graphed(
    'name: a\nsteps:\n  - name: b\n    task: x\n  - name: c\n    task: y\n    for_each: steps.b.output\n',
  );
  expect(reads.edges).toEqual([{ id: 'b→c', from: 'b', to: 'c', kind: 'reads' }]);
  const twice = graphed('name: a\nsteps:\n  - name: b\n    task: x\n  - name: b\n    task: y\n');
  expect(twice.steps.map(({ id }) => id)).toEqual(['b', 'b (2)']);
});

test('every edit keeps comments, the order of keys and how the rest is written', () => {
  const graph = graphed(SOURCE);
  const step = named(graph);
  const edits = [
    insertAfter(step('scan'), { name: 'more', task: 'http-check' }),
    insertBefore(step('ask'), { name: 'more', task: 'http-check' }),
    insertBetween(step('scan'), step('ask'), { name: 'more', task: 'http-check' }),
    connect(step('scan'), step('tell')),
    disconnect(step('ask'), step('tell')),
    setField(step('scan'), ['params', 'history'], 'only'),
    setField(step('ask'), ['approval', 'roles'], ['manager']),
    setTop(['description'], 'Every night'),
    renameStep(graph, step('scan'), 'look-for'),
  ];
  for (const edit of edits) {
    const text = applyEdit(SOURCE, edit);
    for (const comment of ['# What runs every night', '# the name', '# First the scan', '# a person'])
      expect(text).toContain(comment);
    expect(text).toMatch(/- task: secrets-scan\n {4}name: /);
    expect(text).toContain('params: { path: sample:shop');
  }
});

test('inserting, connecting, moving and removing change what waits for what', () => {
  const graph = graphed(SOURCE);
  const step = named(graph);
  const needs = (text: string) =>
    Object.fromEntries(graphed(text).steps.map(({ id, needs: own }) => [id, own.join(',')]));
  expect(needs(applyEdit(SOURCE, insertAfter(step('scan'), { name: 'x', task: 'y' }))).x).toBe('scan');
  expect(needs(applyEdit(SOURCE, insertBefore(step('tell'), { name: 'x', task: 'y' })))).toMatchObject({
    x: 'ask',
    tell: 'x',
  });
  expect(
    needs(applyEdit(SOURCE, insertBetween(step('ask'), step('tell'), { name: 'x', task: 'y' }))),
  ).toMatchObject({ x: 'ask', tell: 'x' });
  expect(needs(applyEdit(SOURCE, removeStep(graph, step('ask'))))).toEqual({
    scan: '',
    tell: 'scan',
    clean: '',
  });
  expect(needs(applyEdit(SOURCE, connect(step('scan'), step('tell')))).tell).toBe('ask,scan');
  expect(applyEdit(SOURCE, connect(step('scan'), step('tell')))).toContain('depends_on: [ ask, scan ]');
  expect(applyEdit(SOURCE, disconnect(step('ask'), step('tell')))).not.toContain('depends_on: [');
  expect(graphed(applyEdit(SOURCE, moveStep(step('ask'), -1))).steps[0]?.id).toBe('ask');
  const moved = graphed(applyEdit(SOURCE, moveToSection(step('clean'), 'on_failure')));
  expect(moved.byId.get('clean')?.section).toBe('on_failure');
  expect(applyEdit(SOURCE, removeStep(graph, step('clean')))).not.toContain('finally');
  expect(graphed(applyEdit(SOURCE, duplicateStep(step('scan'), 'scan-2'))).byId.get('scan-2')?.ref).toBe(
    'secrets-scan',
  );
  expect(freeName(graph, 'scan')).toBe('scan-2');
  expect(freeName(graph, '1 – what?')).toBe('what-');
});

test('a new name reaches expressions and needs, and nothing that is only called alike', () => {
  const text = applyEdit(SOURCE, renameStep(graphed(SOURCE), named(graphed(SOURCE))('scan'), 'look-for'));
  expect(text).toContain('depends_on: look-for');
  expect(text).toContain(`steps["look-for"].findings.exists`);
  expect(text).toContain('found by ${{ steps["look-for"].status }}');
  expect(text).toContain('task: secrets-scan');
});

test('an action is exchanged with its parameters, and a field goes away with what is then empty around it', () => {
  const step = named(graphed(SOURCE));
  const text = applyEdit(SOURCE, setAction(step('scan'), { task: 'http-check' }));
  expect(graphed(text).byId.get('scan')?.value).toEqual({ name: 'scan', task: 'http-check' });
  expect(
    graphed(applyEdit(SOURCE, setField(step('scan'), ['params', 'path'], undefined))).byId.get('scan')?.value,
  ).toEqual({ name: 'scan', task: 'secrets-scan' });
  const retry = applyEdit(SOURCE, setField(step('scan'), ['retry'], 2));
  expect(parseText(applyEdit(retry, setField(step('scan'), ['retry', 'max'], 3))).value).toMatchObject({
    steps: [{ retry: { max: 3 } }, {}, {}],
  });
});

test('JSON stays JSON, an empty document gets its first step', () => {
  const json = applyEdit(
    '{ "name": "a", "steps": [] }',
    insertStep({ section: 'steps' }, { name: 'b', task: 'c' }),
  );
  expect(JSON.parse(json)).toEqual({ name: 'a', steps: [{ name: 'b', task: 'c' }] });
  expect(applyEdit('name: a\nsteps: []\n', insertStep({ section: 'steps' }, { name: 'b', task: 'c' }))).toBe(
    'name: a\nsteps:\n  - name: b\n    task: c\n',
  );
  expect(applyEdit('', insertStep({ section: 'steps' }, { name: 'b' }))).toBe('steps:\n  - name: b\n');
});

test('broken text keeps the last graph, says the line, and takes no edits until it is mended', () => {
  const draft = createDraft(SOURCE);
  draft.type(`${SOURCE}  broken: [`);
  expect(draft.state().broken).toBe(true);
  expect(draft.state().graph.steps).toHaveLength(4);
  expect(draft.state().parsed.problems[0]?.line).toBeGreaterThan(15);
  expect(draft.edit(setTop(['description'], 'x'))).toBe(false);
  draft.undo();
  expect(draft.state().broken).toBe(false);
  expect(draft.state().source).toBe(SOURCE);
});

test('a hundred changes can be taken back and done again; typing is one change', () => {
  let time = 0;
  const draft = createDraft('name: a\nsteps: []\n', () => time);
  for (let count = 0; count < 5; count++) {
    time += 100;
    draft.type(`name: a${'b'.repeat(count + 1)}\nsteps: []\n`);
  }
  draft.undo();
  expect(draft.state().source).toBe('name: a\nsteps: []\n');
  expect(draft.state().canUndo).toBe(false);
  draft.redo();
  expect(draft.state().source).toContain('name: abbbbb');
  for (let count = 0; count < MOST_UNDO + 20; count++) draft.edit(setTop(['description'], `text ${count}`));
  for (let count = 0; count < MOST_UNDO + 20; count++) draft.undo();
  expect(draft.state().canUndo).toBe(false);
  expect(draft.state().source).toContain('text 19');
});

test('lines of the document are found by the path that the server names', () => {
  const { lineOf } = parseText(SOURCE);
  expect(lineOf(['steps', 0, 'task'])).toBe(5);
  expect(lineOf(['steps', 2, 'params', 'q'])).toBe(17);
  expect(lineOf(['steps', 1, 'params', 'gone'])).toBe(9);
});

function graphed(source: string): Graph {
  return graphOf(parseText(source).value ?? {});
}

function named(graph: Graph): (id: string) => Step {
  return (id) => {
    const step = graph.byId.get(id);
    if (!step) throw new Error(`no step ${id}`);
    return step;
  };
}
