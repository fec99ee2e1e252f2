/** The mounts by name: what command lines and journals say, and where their clients live. */
/** Mounts whose clients live in this process. */
export const processMounts = ["direct", "msw", "nock", "https"] as const;

/** Mounts whose clients are pages in a browser. */
export const browserMounts = ["proxy", "route"] as const;

/** Mounts that pass on whole bodies only: a body that breaks or trickles takes real sockets. */
export const wholeBodyMounts: readonly MountName[] = ["route"];

/** The names that `--mount` takes. */
export const mountNames = [...processMounts, ...browserMounts] as const;

export type ProcessMount = (typeof processMounts)[number];

export type MountName = (typeof mountNames)[number];
