/** Where a page's request comes from. */
export interface RequestOrigin {
  /** The tab of the application; of a popup, the tab that opened it. */
  readonly tab: string;
  /** The tab itself, or the popup. */
  readonly window: string;
  /** Whether it comes from a frame inside the window's own document. */
  readonly isChild: boolean;
}
