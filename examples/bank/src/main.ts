import 'reflect-metadata';
import { openBank } from './open-bank.js';
import { readSettings } from './settings.js';

const settings = readSettings(process.env);
await openBank(settings);
process.stdout.write(`bank ${settings.bank} listens on http://127.0.0.1:${settings.port}\n`);
