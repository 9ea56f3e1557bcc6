/** The two banks. One program plays both: `BANK` says which. */
export const BANKS = ['north', 'south'] as const;

export type Bank = (typeof BANKS)[number];

export function isBank(value: unknown): value is Bank {
  return BANKS.includes(value as Bank);
}
