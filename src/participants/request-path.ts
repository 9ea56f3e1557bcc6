const PLAIN = /^\/[\w/~:@!$&'()*+,;=-]*$/;
const DOT_SEGMENT = /(?:\/|%2f|%5c)(?:\.|%2e){1,2}(?=\/|%2f|%5c|$)/i;

/**
 * The request target of a call. The path may be computed from business data, so it must not leave the part of the
 * participant that the definition names: no dot segments, no backslash, no fragment. What a URL can't hold is escaped.
 * @returns `null` when there is no such request
 */
export function requestTarget(basePath: string, path: string): string | null {
  if (PLAIN.test(path)) return basePath + path;
  if (!path.startsWith('/') || /[\\#\p{Control}\p{Surrogate}]/u.test(path)) return null;
  const [beforeQuery = ''] = path.split('?', 1);
  if (DOT_SEGMENT.test(beforeQuery)) return null;
  // Escapes that are there already stay as they are.
  return basePath + encodeURI(path).replaceAll(/%25([0-9a-f]{2})/gi, '%$1');
}
