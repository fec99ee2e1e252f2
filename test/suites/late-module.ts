/** A module that Vite takes its time to load: see `vitest.config.ts`. */

/** When this module was evaluated, by the clock of then. */
export const loadedAt = Date.now();
