import { compare, equal, ORDERS, text, truth, UNSURE, valueAt } from './expression-scalars.js';
import type { SyntaxNode } from './expression-syntax.js';
import type { Scope } from './template.js';

/** Computes a value without JSONata; throws `UNSURE` where only JSONata knows the answer. */
export type Shortcut = (scope: Scope) => unknown;

/** Larger expressions are left to JSONata, whose evaluations are counted. */
const MAX_NODES = 1_000;

/**
 * The expression as plain synchronous code, if it is made of paths, literals, objects, lists, comparisons, `&`,
 * `and`, `or`, `$exists` and conditions only. `null`: it needs JSONata.
 *
 * What must stay true: whenever a shortcut yields a value, JSONata yields the same one. Where JSONata does anything
 * clever (mapping over arrays, casting, failing) the shortcut throws `UNSURE` instead of imitating it.
 */
export function compileShortcut(tree: SyntaxNode): Shortcut | null {
  let left = MAX_NODES;
  return compile(tree);

  function compile(node: SyntaxNode): Shortcut | null {
    if (--left < 0) return null;
    switch (node.type) {
      case 'string':
      case 'number':
      case 'value': {
        const { value } = node;
        return has(node, 'value') ? () => value : null;
      }
      case 'path':
        return has(node, 'steps') ? path(node['steps'] as readonly SyntaxNode[]) : null;
      case 'unary':
        if (node['value'] === '{' && has(node, 'value', 'lhs')) return object(node['lhs'] as readonly SyntaxNode[][]);
        if (node['value'] === '[' && has(node, 'value', 'expressions'))
          return list(node['expressions'] as SyntaxNode[]);
        return null;
      case 'binary':
        return has(node, 'value', 'lhs', 'rhs') ? binary(node) : null;
      case 'condition':
        return has(node, 'condition', 'then', 'else') ? condition(node) : null;
      case 'block':
        return has(node, 'expressions') ? block(node['expressions'] as readonly SyntaxNode[]) : null;
      case 'function':
        return has(node, 'value', 'procedure', 'arguments') ? call(node) : null;
      default:
        return null;
    }
  }

  function path(steps: readonly SyntaxNode[]): Shortcut | null {
    if (!steps.every((step) => step.type === 'name' && has(step, 'value'))) return null;
    const names = steps.map((step) => String(step['value']));
    return (scope) => valueAt(scope, names);
  }

  function object(pairs: readonly (readonly SyntaxNode[])[]): Shortcut | null {
    const fields: [string, Shortcut][] = [];
    for (const [key, node] of pairs) {
      const value = compile(node as SyntaxNode);
      if (!value || key?.type !== 'string' || !has(key, 'value')) return null;
      fields.push([String(key['value']), value]);
    }
    const names = new Set(fields.map(([name]) => name));
    // JSONata refuses a name that comes twice, and its own marks.
    if (names.size < fields.length || FORBIDDEN_NAMES.some((name) => names.has(name))) return null;
    return (scope) => {
      const result: Record<string, unknown> = {};
      for (const [name, value] of fields) {
        const inner = value(scope);
        if (inner !== undefined) result[name] = inner;
      }
      return result;
    };
  }

  function list(nodes: readonly SyntaxNode[]): Shortcut | null {
    const items: { readonly written: boolean; readonly value: Shortcut }[] = [];
    for (const node of nodes) {
      const value = compile(node);
      if (!value) return null;
      items.push({ written: node['value'] === '[', value });
    }
    return (scope) => {
      const result: unknown[] = [];
      for (const { written, value } of items) {
        const inner = value(scope);
        // JSONata joins a list into the one around it, unless it is written as a list.
        if (Array.isArray(inner) && !written) throw UNSURE;
        if (inner !== undefined) result.push(inner);
      }
      return result;
    };
  }

  function binary(node: SyntaxNode): Shortcut | null {
    const lhs = compile(node['lhs'] as SyntaxNode);
    const rhs = compile(node['rhs'] as SyntaxNode);
    if (!lhs || !rhs) return null;
    switch (node['value']) {
      case 'and':
        return (scope) => truth(lhs(scope)) && truth(rhs(scope));
      case 'or':
        return (scope) => truth(lhs(scope)) || truth(rhs(scope));
      case '&':
        return (scope) => text(lhs(scope)) + text(rhs(scope));
      case '=':
        return (scope) => equal(lhs(scope), rhs(scope)) ?? false;
      case '!=':
        return (scope) => equal(lhs(scope), rhs(scope)) === false;
    }
    const order = ORDERS.get(node['value']);
    return order ? (scope) => compare(lhs(scope), rhs(scope), order) : null;
  }

  function condition(node: SyntaxNode): Shortcut | null {
    const test = compile(node['condition'] as SyntaxNode);
    const yes = compile(node['then'] as SyntaxNode);
    const no = node['else'] === undefined ? () => undefined : compile(node['else'] as SyntaxNode);
    return test && yes && no && ((scope) => (truth(test(scope)) ? yes(scope) : no(scope)));
  }

  function block(expressions: readonly SyntaxNode[]): Shortcut | null {
    const [only] = expressions;
    return only && expressions.length === 1 ? compile(only) : null;
  }

  function call({ procedure, arguments: args }: SyntaxNode): Shortcut | null {
    const { type, value } = procedure as SyntaxNode;
    const [only] = args as readonly SyntaxNode[];
    if (type !== 'variable' || value !== 'exists' || !only || (args as readonly unknown[]).length !== 1) return null;
    const inner = compile(only);
    return inner && ((scope) => inner(scope) !== undefined);
  }
}

const FORBIDDEN_NAMES = ['__proto__', '_jsonata_function', '_jsonata_lambda'];

/** Whether the node has these fields only: predicates, groupings, bindings and the like change what it means. */
function has(node: SyntaxNode, ...fields: string[]): boolean {
  return Object.keys(node).every(
    (key) => key === 'type' || key === 'position' || node[key] === undefined || fields.includes(key),
  );
}
