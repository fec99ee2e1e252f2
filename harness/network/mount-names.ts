/** Mounts whose clients live in this process. */
export const processMounts = ["direct", "msw", "nock", "https"] as const;

/** Mounts whose clients are pages in a browser. */
export const browserMounts = ["proxy", "route"] as const;

/** Mounts whose clients are other programs. */
export const programMounts = ["program"] as const;

/** Mounts that pass on whole bodies only: a body that breaks or trickles takes real sockets. */
export const wholeBodyMounts: readonly MountName[] = ["route"];

/**
 * The names that `--mount` takes: how the requests of a client reach the simulator.
 *
 * @example
 * mountNames; // ["direct", "msw", "nock", "https", "proxy", "route", "program"]
 */
export const mountNames = [...processMounts, ...browserMounts, ...programMounts] as const;

export type ProcessMount = (typeof processMounts)[number];

/**
 * A name of `mountNames`.
 *
 * @example
 * const mount: MountName = "https";
 */
export type MountName = (typeof mountNames)[number];
