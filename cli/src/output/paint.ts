const CODES = { red: 31, green: 32, yellow: 33, blue: 34, grey: 90, bold: 1 } as const;

/** A colour, or bold. */
export type Colour = keyof typeof CODES;

/** Colours text; or leaves it alone, where there are no colours. */
export type Paint = (colour: Colour, text: string) => string;

export const coloured: Paint = (colour, text) => `\u001b[${CODES[colour]}m${text}\u001b[0m`;
export const colourless: Paint = (_, text) => text;

const OF_STATUS: Readonly<Record<string, Colour>> = {
  ...{ completed: 'green', succeeded: 'green', synced: 'green', active: 'green', closed: 'green', ok: 'green' },
  ...{ running: 'blue', waiting: 'blue', pending: 'grey', skipped: 'grey' },
  ...{ compensating: 'yellow', compensated: 'yellow', paused: 'yellow', unknown: 'yellow', warn: 'yellow' },
  ...{ stuck: 'red', failed: 'red', rejected: 'red', disabled: 'red', stopped: 'red', open: 'red', fail: 'red' },
};

/** A status in the colour that people expect of it. */
export function paintStatus(paint: Paint, status: string): string {
  const colour = OF_STATUS[status];
  return colour ? paint(colour, status) : status;
}
