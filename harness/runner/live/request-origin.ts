/** Where a request of a page comes from, or of the server that serves it. */
export interface RequestOrigin {
  /** The tab of the application; of a popup, the tab that opened it. */
  readonly tab: string;
  /** The tab itself, or the popup. */
  readonly window: string;
  /** Whether it comes from a frame inside the window's own document. */
  readonly isChild: boolean;
  /** The name of the server in the history, which stands for tab and window too; absent for a page. */
  readonly server?: string;
}
