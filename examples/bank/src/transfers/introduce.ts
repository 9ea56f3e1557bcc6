import type { SkaldClient } from '@skald/sdk';
import { BANKS, type Bank } from '../banks.js';
import { transferBetween } from './transfer-saga.js';

/** Every way that money can take. */
export const TRANSFERS = BANKS.flatMap((payer) => BANKS.map((payee) => transferBetween(payer, payee)));

/**
 * Tells Skald where the banks are, and what a transfer is. Doing it again changes nothing.
 * @param endpoints base URLs of each bank's processes
 * @param secret what it shall sign its calls with
 */
export async function introduce(
  skald: SkaldClient,
  endpoints: Readonly<Record<Bank, readonly string[]>>,
  secret: string,
): Promise<void> {
  for (const bank of BANKS) {
    await skald.participants.put(`bank-${bank}`, { endpoints: endpoints[bank], signing: { secret } });
  }
  for (const transfer of TRANSFERS) await skald.definitions.put(transfer);
}
