/** A file of an application under test, as its own server would send it. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
}
