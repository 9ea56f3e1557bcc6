/**
 * Text of a server or a participant as it may be shown in a terminal: on one line, and without control characters, which
 * could move the cursor or worse.
 */
export function plain(text: string): string {
  return text.replace(/\p{Control}+/gu, ' ');
}

/** Cut to a number of characters; the last one says so. */
export function clipped(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, Math.max(most - 1, 0)).join('')}…`;
}
