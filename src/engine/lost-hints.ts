/** Where ids go that the queue could not take. The queue exists before the engine, hence the late binding. */
export class LostHints {
  handle: (ids: readonly string[]) => void = () => undefined;
}
