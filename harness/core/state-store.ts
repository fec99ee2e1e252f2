/**
 * Where parts of a simulation keep what has to outlast it: maps by name. A part makes no
 * difference between a store that ends with the process and one in a file.
 */

export interface StateStore {
  /** How many simulations have begun with it before this one. */
  readonly starts: number;
  /** What is kept under that name. A value is JSON, and is never changed in place: it is set anew. */
  map<Value>(name: string): Map<string, Value>;
}

/** A store that ends with its simulation. */
export function createMemoryStore(): StateStore {
  return { starts: 0, map: () => new Map() };
}
