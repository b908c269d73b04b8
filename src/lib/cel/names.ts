import type { Tree } from './tree.ts';

/** Every chain of names that begins outside of the expression: `steps["a-b"].output[0].x` gives `['steps', 'a-b', 'output']`. */
export function namesOf(tree: Tree): readonly (readonly string[])[] {
  const found = new Map<string, readonly string[]>();
  walk(tree, [], (chain) => found.set(JSON.stringify(chain), chain));
  return [...found.values()];
}

function walk(tree: Tree, variables: readonly string[], add: (chain: readonly string[]) => void): void {
  const { chain, rest } = chainOf(tree);
  const [root] = chain;
  if (root !== undefined && !variables.includes(root) && !isNamespace(tree, root)) add(chain);
  for (const part of rest) walk(part, variables, add);
  if (chain.length > 0) return;
  for (const [part, also] of partsOf(tree)) walk(part, [...variables, ...also], add);
}

/** The names in a row at the end of which the tree stands, and the parts beside them that have names of their own. */
function chainOf(tree: Tree): { chain: string[]; rest: Tree[]; open: boolean } {
  if (tree.kind === 'name') return { chain: [tree.name], rest: [], open: true };
  if (tree.kind !== 'field' && tree.kind !== 'index' && tree.kind !== 'has')
    return { chain: [], rest: [], open: false };
  const before = chainOf(tree.of);
  if (before.chain.length === 0) return { chain: [], rest: [], open: false };
  const name =
    tree.kind !== 'index'
      ? tree.name
      : tree.index.kind === 'literal' && typeof tree.index.value === 'string'
        ? tree.index.value
        : undefined;
  const rest = tree.kind === 'index' && name === undefined ? [...before.rest, tree.index] : before.rest;
  if (name === undefined || !before.open) return { ...before, rest, open: false };
  return { chain: [...before.chain, name], rest, open: true };
}

function isNamespace(tree: Tree, root: string): boolean {
  return tree.kind === 'name' && (root === 'cel' || root === 'optional');
}

/** The direct parts of a node, each with the variables that it sees in addition. */
export function partsOf(tree: Tree): (readonly [Tree, readonly string[]])[] {
  const plain = (...parts: (Tree | null)[]) =>
    parts.filter((part) => part !== null).map((part) => [part, []] as const);
  switch (tree.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'field':
    case 'has':
    case 'not':
    case 'negate':
      return plain(tree.of);
    case 'index':
      return plain(tree.of, tree.index);
    case 'call':
      return plain(...tree.args);
    case 'method':
      return plain(tree.of, ...tree.args);
    case 'otherwise':
      return plain(tree.of, tree.other);
    case 'list':
      return plain(...tree.items);
    case 'map':
      return plain(...tree.entries.flat());
    case 'choice':
      return plain(tree.condition, tree.yes, tree.no);
    case 'logic':
    case 'binary':
      return plain(tree.left, tree.right);
    case 'bind':
      return [...plain(tree.value), [tree.result, [tree.variable]]];
    case 'loop': {
      const within = [tree.where, tree.result].filter((part) => part !== null);
      return [...plain(tree.of), ...within.map((part) => [part, [tree.variable]] as const)];
    }
  }
}
