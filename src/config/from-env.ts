/** One environment variable and the property of `Config` that it sets. */
export interface Variable {
  readonly name: string;
  readonly property: string;
  /** The value a text stands for, or `undefined` when it stands for none. */
  readonly read: (text: string) => unknown;
  /** What to do about a bad value, as an order: "give a port number from 1 to 65535". */
  readonly mend: string;
  /** The value holds a secret: it appears in no message, not even when it is refused. */
  readonly secret: boolean;
}

const declared = new Map<string, Variable>();

/** Says which variable sets a property. Its range is checked by the class-validator decorators beside it. */
export function FromEnv(variable: Omit<Variable, 'property' | 'secret'> & { secret?: boolean }): PropertyDecorator {
  return (_target, property) => {
    declared.set(variable.name, { secret: false, ...variable, property: String(property) });
  };
}

/** All variables the server knows, in the order in which `Config` declares them. */
export function knownVariables(): readonly Variable[] {
  return [...declared.values()];
}
