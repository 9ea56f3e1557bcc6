/** A definition document of the tests, as far as the judge needs it. */
export interface DefinitionDocument {
  readonly name: string;
  readonly steps: readonly {
    readonly name: string;
    readonly kind?: string;
    readonly after?: readonly string[];
    readonly compensation?: unknown;
    readonly [field: string]: unknown;
  }[];
  readonly [field: string]: unknown;
}

/** What must hold of the effects of one saga, read from its definition document by the rules of the contract. */
export interface Plan {
  readonly steps: readonly PlannedStep[];
}

export interface PlannedStep {
  readonly name: string;
  readonly isPivot: boolean;
  readonly isUndoable: boolean;
  /** Every step that runs only after this one. */
  readonly followers: ReadonlySet<string>;
}

/** Timers, signals and child sagas have no effect of their own in the ledger. */
const callsSomebody = (step: DefinitionDocument['steps'][number]): boolean =>
  !('sleep' in step || 'signal' in step || 'saga' in step);

export function planOf(definition: DefinitionDocument): Plan {
  const { steps } = definition;
  const before = new Map(steps.map((step, i) => [step.name, step.after ?? (i === 0 ? [] : [steps[i - 1]!.name])]));
  const runsAfter = (later: string, earlier: string): boolean =>
    (before.get(later) ?? []).some((name) => name === earlier || runsAfter(name, earlier));
  return {
    steps: steps.filter(callsSomebody).map((step) => ({
      name: step.name,
      isPivot: step.kind === 'pivot',
      isUndoable: typeof step.compensation === 'object',
      followers: new Set(steps.map(({ name }) => name).filter((name) => runsAfter(name, step.name))),
    })),
  };
}
