/*
 * The bank of the example, but for its barrier: whatever comes is done, as often as it comes. For the test of the test.
 */
import 'reflect-metadata';
import { openBank } from '../../examples/bank/dist/open-bank.js';
import { readSettings } from '../../examples/bank/dist/settings.js';

const noBarrier = (dataSource) => ({
  guard: (_operation, work) =>
    dataSource.transaction(async (manager) => ({ answer: (await work(manager)).answer, origin: 'work' })),
});

await openBank(readSettings(process.env), noBarrier);
