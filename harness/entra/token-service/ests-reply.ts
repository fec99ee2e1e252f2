/** The reply of an endpoint of ESTS, before `ests-response.ts` adds the status line and headers. */

export type EstsReply =
  | { readonly kind: "discovery"; readonly body: Record<string, unknown> }
  | { readonly kind: "user-realm"; readonly body: Record<string, unknown> }
  | { readonly kind: "token"; readonly body: Record<string, unknown> }
  | { readonly kind: "metadata"; readonly xml: string }
  | {
      /** A page shown to a person. */
      readonly kind: "page";
      readonly status: 200 | 400;
      readonly html: string;
      readonly cookies?: readonly string[];
    }
  /** A page whose form posts itself to the app at once. */
  | { readonly kind: "form-post"; readonly html: string; readonly cookies?: readonly string[] }
  | { readonly kind: "redirect"; readonly location: string; readonly cookies?: readonly string[] };
