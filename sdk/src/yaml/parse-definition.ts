import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { definition, type BuiltSaga } from '../definition/built-saga.js';
import { DefinitionError, isDefinitionError } from '../definition/problem.js';

/**
 * Reads a definition from YAML or JSON text, by the rules that the server reads it by. Only its outline is checked; the
 * server finds the rest when it is stored.
 *
 * @throws {DefinitionError} with the line of each problem, if it is no YAML, or has no name or no steps with names
 *
 * @example
 * const order = parseDefinition<{ sku: string }>(await readFile('place-order.yaml', 'utf8'));
 * await skald.definitions.put(order);
 */
export function parseDefinition<Input = unknown, Output = unknown>(text: string): BuiltSaga<Input, Output> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false, version: '1.2' });
  if (document.errors.length > 0) {
    throw new DefinitionError(
      document.errors.map(({ message, pos }) => ({ pointer: '', detail: message, line: lines.linePos(pos[0]).line })),
    );
  }
  try {
    return definition(valueOf(document));
  } catch (error) {
    if (!isDefinitionError(error)) throw error;
    throw new DefinitionError(
      error.problems.map((problem) => ({ ...problem, line: lineOf(problem.pointer, document, lines) })),
    );
  }
}

/** Aliases are bounded as the server bounds them, so that a small text can't grow into a large document. */
function valueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch (error) {
    throw new DefinitionError([{ pointer: '', detail: `can't be read: ${(error as Error).message}` }]);
  }
}

/** Of what the pointer names; of what it should be in, if it is missing. */
function lineOf(pointer: string, document: Document, lines: LineCounter): number {
  const path = pointer.split('/').slice(1);
  for (let length = path.length; length > 0; length--) {
    const keys = path.slice(0, length).map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const node = document.getIn(keys, true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return lines.linePos(document.contents?.range?.[0] ?? 0).line;
}
