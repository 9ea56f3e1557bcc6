import { isMap, isNode, isScalar, isSeq, type Document } from 'yaml';

/**
 * Where in the text the pointer leads: to the key of a field, or to the entry of a list. What is not there (a field
 * that is missing, something behind an alias) is said of the nearest thing around it.
 */
export function offsetOf(document: Document, pointer: string): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const segment of pointer.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    const found = stepInto(node, key);
    if (!found) break;
    offset = startOf(found.mark) ?? offset;
    node = found.value;
  }
  return offset;
}

function stepInto(node: unknown, key: string): { readonly mark: unknown; readonly value: unknown } | null {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    return pair ? { mark: pair.key, value: pair.value } : null;
  }
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return item === undefined ? null : { mark: item, value: item };
  }
  return null;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
