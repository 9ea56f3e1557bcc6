/** A place for something that an earlier answer told, such as the id of a saga: chosen when the request is sent. */
export class Found {
  constructor(
    readonly field: string,
    readonly which: number,
  ) {}
}

const MOST = 60;

/** What answers have told so far, by the name of the field. It makes most requests be about things that are there. */
export class Finds {
  private readonly found = new Map<string, unknown[]>();

  /** Keeps the texts and numbers of an answer. */
  keep(answer: unknown, depth = 0): void {
    if (typeof answer !== 'object' || answer === null || depth > 6) return;
    for (const [field, value] of Object.entries(answer)) {
      if (typeof value === 'object') this.keep(value, depth + 1);
      else if (!Array.isArray(answer)) this.add(field, value);
    }
  }

  /** The same of the things themselves that an operation answers with, so that a path can ask for one of its own kind. */
  keepAs(collection: string, answer: unknown): void {
    const { items } = answer as { readonly items?: unknown };
    for (const thing of Array.isArray(items) ? (items as unknown[]) : [answer]) {
      for (const [field, value] of Object.entries(thing ?? {})) {
        if (typeof value === 'string' || typeof value === 'number') this.add(`${collection}/${field}`, value);
      }
    }
  }

  add(field: string, value: unknown): void {
    const known = this.found.get(field) ?? [];
    if (known.includes(value)) return;
    if (known.length < MOST) known.push(value);
    else known[Math.floor(known.length * ((String(value).length * 0.618) % 1))] = value;
    this.found.set(field, known);
  }

  /** The same value with every {@link Found} in it replaced. */
  fill(value: unknown): unknown {
    if (value instanceof Found) return this.choose(value);
    if (Array.isArray(value)) return value.map((item) => this.fill(item));
    if (typeof value !== 'object' || value === null) return value;
    const filled = Object.create(null) as Record<string, unknown>;
    for (const [field, inner] of Object.entries(value)) filled[field] = this.fill(inner);
    return filled;
  }

  private choose({ field, which }: Found): unknown {
    const known = this.found.get(field) ?? this.found.get(field.replace(/^.*\//, '')) ?? this.found.get('id') ?? [];
    return known.length === 0 ? 'nobody' : known[which % known.length];
  }
}
