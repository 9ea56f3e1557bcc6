import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ProblemDto } from '../errors/problem.dto.js';
import { addCommonAnswers } from './common-answers.js';

const DESCRIPTION = `Skald runs sagas: business transactions that span services, each step with an action and a
compensation, driven to the end or undone in reverse. Errors are application/problem+json (RFC 9457) with a stable
\`code\` and, for invalid requests, \`errors: [{pointer, detail}]\`; those that any operation may meet are described once,
under \`components/responses\`. 429 and 503 say in \`Retry-After\` when to come again.`;

/** The published form of the API, made from the controllers and their classes. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const document = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Skald')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key, or a token of the issuer' })
    .addSecurityRequirements('bearer')
    .build();
  const api = SwaggerModule.createDocument(app, document, {
    extraModels: [ProblemDto],
    operationIdFactory: (controller, method) => `${controller.replace('Controller', '').toLowerCase()}.${method}`,
  });
  addCommonAnswers(api);
  sortWords(api);
  return api;
}

/** The compiler tells the words of a union in an order of its own, which changes with what else it has compiled. */
function sortWords(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  for (const [name, inner] of Object.entries(part)) {
    // A copy: the list may be the one that the server itself goes by.
    if (name === 'enum' && Array.isArray(inner)) (part as Record<string, unknown>)[name] = inner.toSorted();
    else sortWords(inner);
  }
}

/** Serves `/openapi.json` and a page to read and try it at `/docs`. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, describeApi(app), { jsonDocumentUrl: 'openapi.json', customSiteTitle: 'Skald API' });
}
