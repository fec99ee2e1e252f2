/** What a person clicks to sign in to a page. */

/** An element, as a test finds it: by its role and name. */
export interface Click {
  readonly role: "button" | "link" | "menuitem";
  readonly name: string;
}

/** Clicks in their order, and whether the last is known to begin a sign-in. */
export interface SignInClicks {
  readonly clicks: readonly Click[];
  readonly begins: boolean;
}
