/** Header sets of ESTS in captured order and case (`docs/sources.md#a8`). */
import type { HeaderPair } from "../../core/http/message.ts";

export interface HeaderParts {
  /** `page` is one that a person sees: no frame may show it. A `hand-over` posts itself on to the app, or redirects there. */
  readonly kind: "discovery" | "token" | "page" | "hand-over" | "missing";
  readonly requestId: string;
  /** Absent without a body. */
  readonly contentType?: string;
  readonly contentLength: number;
  /** As `http/cors.ts` has them for the request. */
  readonly cors: readonly HeaderPair[];
  /** As `ServiceSettings.loginOpenerPolicy`. */
  readonly openerPolicy: "absent" | "same-origin";
  /** Value of x-ms-clitelem, on token replies. */
  readonly clitelem?: string;
}

const ESTS_SERVER = "2.1.20899.4 - NEULR1 ProdSlices";

/** Status line apart, everything above the body. */
export function estsHeaders(parts: HeaderParts): HeaderPair[] {
  const isToken = parts.kind === "token";
  const headers: HeaderPair[] =
    parts.kind === "discovery"
      ? [["Cache-Control", "max-age=86400, private"]]
      : parts.kind === "missing"
        ? [["Cache-Control", "private"]]
        : [
            ["Cache-Control", "no-store, no-cache"],
            ["Pragma", "no-cache"],
            ["Expires", "-1"],
          ];
  if (parts.contentType !== undefined) headers.push(["Content-Type", parts.contentType]);
  headers.push(
    ["Strict-Transport-Security", "max-age=31536000; includeSubDomains"],
    ["X-Content-Type-Options", "nosniff"],
  );
  // Browsers report it for every page of ESTS that a hidden frame ends up at (MSAL.js #7458, #84).
  if (parts.kind === "page") {
    headers.push(["X-Frame-Options", "DENY"]);
    if (parts.openerPolicy === "same-origin")
      headers.push(["Cross-Origin-Opener-Policy", "same-origin"]);
  }
  headers.push(...parts.cors);
  headers.push(
    ["P3P", 'CP="DSP CUR OTPi IND OTRi ONL FIN"'],
    ["x-ms-request-id", parts.requestId],
    ["x-ms-ests-server", ESTS_SERVER],
  );
  if (parts.clitelem !== undefined) headers.push(["x-ms-clitelem", parts.clitelem]);
  headers.push(["x-ms-srs", "1.P"]);
  if (isToken && parts.cors.length > 0)
    headers.push(["Referrer-Policy", "strict-origin-when-cross-origin"]);
  headers.push(
    ["X-XSS-Protection", "0"],
    ["Set-Cookie", `fpc=${parts.requestId}; path=/; secure; HttpOnly; SameSite=None`],
    ...(parts.kind === "discovery"
      ? [
          [
            "Set-Cookie",
            `esctx=${parts.requestId}; domain=.login.microsoftonline.com; path=/; secure; HttpOnly; SameSite=None`,
          ] as const,
        ]
      : []),
    ["Set-Cookie", "x-ms-gateway-slice=estsfd; path=/; secure; HttpOnly"],
    ["Set-Cookie", "stsservicecookie=estsfd; path=/; secure; HttpOnly"],
    ["Content-Length", String(parts.contentLength)],
  );
  return headers;
}
