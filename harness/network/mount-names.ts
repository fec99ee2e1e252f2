/** The mounts by name: what command lines and journals say, and where their clients live. */
/** Mounts whose clients live in this process. */
export const processMounts = ["direct", "msw", "nock", "https"] as const;

/** Mounts whose clients are pages in a browser. */
export const browserMounts = ["proxy", "route"] as const;

/** The names that `--mount` takes. */
export const mountNames = [...processMounts, ...browserMounts] as const;

export type ProcessMount = (typeof processMounts)[number];

export type MountName = (typeof mountNames)[number];
