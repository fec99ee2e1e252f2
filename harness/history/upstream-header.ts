/** The header by which an answer says that it is none of the upstream, which could not be reached. */
export const UPSTREAM_HEADER = "x-brownout-upstream";
