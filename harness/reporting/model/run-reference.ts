/** How reports refer to a run. */

/** A run by name. */
export interface RunReference {
  /** Unique in the report and stable over reports; it stands in addresses. */
  readonly id: string;
  readonly scenario: string;
  /** Name and version of the client under test. */
  readonly client: string;
}
