// Writes openapi.json, the published form of the API, from the built server: `npm run openapi`.
// With --check it writes nothing and fails when the file is not what the server would publish.
import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { format } from 'prettier';
import { ApiModule } from '../dist/api/api.module.js';
import { describeApi } from '../dist/api/docs/openapi.js';
import { createHttpAdapter } from '../dist/api/http-server.js';
import { Composition } from '../dist/composition.js';
import { createLog } from '../dist/config/log.js';
import { readConfig } from '../dist/config/read-config.js';

const FILE = new URL('../openapi.json', import.meta.url);

class Root {}
Module({})(Root);

const config = readConfig({});
const composition = Composition.of(config, createLog({ logLevel: 'silent', logFormat: 'json' }), 'postgres://nobody/');
// A preview builds nothing: no database, no queue, only what the decorators say.
const app = await NestFactory.create(
  { module: Root, imports: [composition, ApiModule.register('all')] },
  createHttpAdapter(config.bodyLimit),
  { preview: true, logger: ['error'] },
);
const text = await format(JSON.stringify(describeApi(app)), { parser: 'json', printWidth: 120 });

if (!process.argv.includes('--check')) {
  await writeFile(FILE, text);
} else if ((await readFile(FILE, 'utf8')) !== text) {
  console.error('openapi.json is not what the server publishes: run npm run openapi, and look at the difference');
  process.exit(1);
}
