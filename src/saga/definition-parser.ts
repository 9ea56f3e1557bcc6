import type { Definition, Priority, StepKind } from './definition.js';
import { buildStep } from './definition-builder.js';
import { readOrder } from './definition-graph.js';
import { settleKinds } from './definition-kinds.js';
import * as read from './definition-readings.js';
import { checkReads } from './definition-reads.js';
import { MAX_STEPS, readStep, type Draft, type WrittenStep } from './definition-steps.js';
import { isStorable } from './document-bounds.js';
import { readInputSchema } from './input-schema.js';
import type { JsonObject } from './json.js';
import { Place, type Problem } from './problems.js';
import { list, record, text } from './readings.js';
import type { CompiledTemplate } from './template-compiler.js';

interface Written {
  readonly name: string;
  readonly description?: string;
  readonly input?: JsonObject | boolean;
  readonly deadline?: number;
  readonly steps: readonly Draft[];
  readonly output?: CompiledTemplate;
  readonly priority?: Priority;
  readonly sensitive?: readonly string[];
}

/**
 * Reads a definition as someone wrote it (contract §2): checks everything, fills defaults in, compiles expressions.
 * Never throws on a document, whatever is in it.
 * @param options.version the version it is stored as; default 0: not stored
 * @returns the definition, or everything that is wrong with it
 */
export function parseDefinition(
  document: unknown,
  { version = 0 }: { version?: number } = {},
): { definition: Definition } | { problems: Problem[] } {
  const problems: Problem[] = [];
  const root = new Place(problems);
  if (!isStorable(document, root)) return { problems };

  const written = readDocument(document, root);
  const drafts = written?.steps ?? [];
  const isOrdered = !problems.some(({ pointer }) => ABOUT_ORDER.test(pointer));
  const order = readOrder(drafts.map(({ step: { name, after }, place }) => ({ name, after, place })));
  const kinds = isOrdered && order ? settleKinds(drafts, order) : undefined;
  checkReads(drafts, isOrdered ? order : undefined, written?.output);
  if (problems.length > 0 || !written || !order || !kinds) return { problems };

  const steps = drafts.map((draft, i) => buildStep(draft as WrittenStep, i, kinds[i] as StepKind, order));
  const { name, description, input, deadline, output, priority, sensitive } = written;
  return {
    definition: { name, version, description, input, deadline, steps, output, priority, sensitive, source: document },
  };
}

/** Where a problem leaves open how the steps stand to one another: nothing is said about that then. */
const ABOUT_ORDER = /^(\/steps(\/\d+(\/(name|after|kind)(\/.*)?)?)?)?$/;

function readDocument(document: JsonObject, root: Place): Written | undefined {
  return record<Written>(
    {
      name: read.definitionName,
      description: text(2_000),
      input: (schema, place) => readInputSchema(schema, place, document),
      deadline: read.time,
      steps: list(readStep, 1, MAX_STEPS),
      output: read.template,
      priority: read.priority,
      sensitive: read.pointers,
    },
    'name',
    'steps',
  )(document, root);
}
