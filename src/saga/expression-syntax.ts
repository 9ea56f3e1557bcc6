/** A node of JSONata's syntax tree. Only the fields that a reader asks for are known; the rest differs by type. */
export interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Every object of the tree, each once: nodes share parts (`a ?? b` holds `a` twice). */
export function* partsOf(tree: SyntaxNode): Generator<Readonly<Record<string, unknown>>> {
  const seen = new Set<object>();
  const open: unknown[] = [tree];
  while (open.length > 0) {
    const part = open.pop();
    if (typeof part !== 'object' || part === null || seen.has(part)) continue;
    seen.add(part);
    if (!Array.isArray(part)) yield part as Readonly<Record<string, unknown>>;
    open.push(...(Object.values(part) as unknown[]));
  }
}

/**
 * The plain paths that start at the top of the scope, as lists of names: `steps.reserve.output.id`, `$$.input.sku`.
 * Names that are looked up in something else (the items of a list, a lambda's argument) are left out.
 */
export function* topPathsOf(tree: SyntaxNode): Generator<readonly string[]> {
  const seen = new Set<SyntaxNode>();
  const open: unknown[] = [tree];
  while (open.length > 0) {
    const node = open.pop() as SyntaxNode | undefined;
    if (!node || seen.has(node)) continue;
    seen.add(node);
    if (node.type === 'path') {
      const [first, ...rest] = node['steps'] as readonly SyntaxNode[];
      if (first?.type === 'name') yield leadingNames([first, ...rest]);
      else if (first?.type === 'variable' && (first['value'] === '$' || first['value'] === ''))
        yield leadingNames(rest);
      else open.push(first);
    } else {
      open.push(...partsInSameScope(node));
    }
  }
}

function leadingNames(steps: readonly SyntaxNode[]): string[] {
  const end = steps.findIndex((step) => step.type !== 'name');
  return steps.slice(0, end < 0 ? undefined : end).map((step) => String(step['value']));
}

/** The parts that JSONata evaluates with the same input as the node itself. Not: predicates, groupings, sort terms. */
function partsInSameScope(node: SyntaxNode): readonly unknown[] {
  switch (node.type) {
    case 'binary':
    case 'apply':
      return [node['lhs'], node['rhs']];
    case 'bind':
      return [node['rhs']];
    case 'unary':
      return [node['expression'], ...list(node['expressions']), ...list(node['lhs']).flat()];
    case 'condition':
      return [node['condition'], node['then'], node['else']];
    case 'block':
      return list(node['expressions']);
    case 'function':
    case 'partial':
      return list(node['arguments']);
    case 'lambda':
      return [node['body']];
    default:
      return [];
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
