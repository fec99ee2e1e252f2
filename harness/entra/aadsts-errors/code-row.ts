/** The shape of one row in the tables of AADSTS codes. */

/** How status, error and suberror of a code are known: seen on the wire, pasted in a public issue, documented, or assumed. */
type Evidence = "recorded" | "reported" | "documented" | "assumed";

export interface AadstsRow {
  /** HTTP status of a JSON answer. A fault may answer with another one. */
  readonly status: number;
  /** OAuth error code. */
  readonly error: string;
  /** OAuth error code in a redirect, where it is another one. */
  readonly redirectError?: string;
  readonly suberror?: string;
  /** What follows `AADSTS<code>: ` in the description. In our own words, unless the source has the text. */
  readonly text: string;
  /** `false` where Microsoft's error lookup page does not know the code: the answer then has no `error_uri`. */
  readonly isListed?: false;
  readonly source: Evidence | `${Evidence}: ${string}`;
}
