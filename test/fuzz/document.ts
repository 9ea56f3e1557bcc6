/** A JSON Schema as OpenAPI 3.1 has it; looked into, never written. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema?: Schema;
}

/** One documented answer: media type → schema. */
export type Answers = Readonly<Record<string, Schema | undefined>>;

export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: { readonly isRequired: boolean; readonly types: Readonly<Record<string, Schema>> } | null;
  /** By status, without `default`: what is documented by name. */
  readonly answers: ReadonlyMap<number, Answers>;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface PublishedOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

export interface ApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, PublishedOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Every operation that a document publishes. */
export function operationsOf(document: ApiDocument): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      body: bodyOf(operation),
      answers: answersOf(operation, document),
    })),
  );
}

/** What a `$ref` of the document points at. */
export function lookUp(document: ApiDocument, ref: string): unknown {
  let part: unknown = document;
  for (const name of ref.replace(/^#\//, '').split('/')) part = (part as Record<string, unknown>)[name];
  if (part === undefined) throw new Error(`the document refers to ${ref}, which it does not hold`);
  return part;
}

function bodyOf({ requestBody }: PublishedOperation): Operation['body'] {
  if (!requestBody) return null;
  return { isRequired: requestBody.required ?? false, types: schemasOf(requestBody) as Record<string, Schema> };
}

function answersOf({ responses }: PublishedOperation, document: ApiDocument): Operation['answers'] {
  return new Map(
    Object.entries(responses)
      .filter(([status]) => status !== 'default')
      .map(([status, answer]) => {
        const content = answer.$ref === undefined ? answer : (lookUp(document, answer.$ref) as Content);
        return [Number(status), schemasOf(content)];
      }),
  );
}

function schemasOf({ content = {} }: Content): Answers {
  return Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, schema]));
}
