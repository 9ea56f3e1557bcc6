/**
 * Tells whoever waits inside this process that a saga has a new journal entry. A convenience that saves polling:
 * entries written by other processes are not heard here.
 */
export class EntryFeed {
  private readonly listeners = new Map<string, Set<() => void>>();
  /** Called with the sagas that another one made due. */
  onConcerned: (sagaIds: readonly string[]) => void = () => undefined;

  /** @returns how to stop listening */
  subscribe(sagaId: string, listener: () => void): () => void {
    const known = this.listeners.get(sagaId) ?? new Set();
    known.add(listener);
    this.listeners.set(sagaId, known);
    return () => {
      known.delete(listener);
      if (known.size === 0) this.listeners.delete(sagaId);
    };
  }

  publish(sagaId: string, concerned: readonly string[]): void {
    for (const listener of this.listeners.get(sagaId) ?? []) listener();
    if (concerned.length > 0) this.onConcerned(concerned);
  }
}
