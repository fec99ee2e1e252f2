/** Header sets of ESTS, in recorded order and case (`docs/sources.md#a8`). */
import type { HeaderPair } from "../../core/http/message.ts";

export interface HeaderParts {
  /** `page` is shown to a person, never in a frame. `hand-over` passes the browser on to the app, by a form or a redirect. */
  readonly kind: "discovery" | "user-realm" | "token" | "page" | "hand-over" | "missing";
  readonly requestId: string;
  /** Absent without a body. */
  readonly contentType?: string;
  /** Absent where the caller says how long the body is. */
  readonly contentLength?: number;
  /** As made by `entra/request/cors.ts` for the request. */
  readonly cors: readonly HeaderPair[];
  /** As `ServiceSettings.loginOpenerPolicy`. */
  readonly openerPolicy: "absent" | "same-origin";
  /** Whether a regional host answers, which browsers never ask. */
  readonly isRegional?: boolean;
  /** Value of x-ms-clitelem, for token replies. */
  readonly clitelem?: string;
}

const ESTS_SERVER = "2.1.20899.4 - NEULR1 ProdSlices";

/** All headers of an answer, without the status line. */
export function estsHeaders(parts: HeaderParts): HeaderPair[] {
  const isToken = parts.kind === "token";
  const { isRegional = false } = parts;
  const headers: HeaderPair[] =
    parts.kind === "discovery"
      ? [["Cache-Control", "max-age=86400, private"]]
      : parts.kind === "missing"
        ? [["Cache-Control", "private"]]
        : [
            ["Cache-Control", "no-store, no-cache"],
            ["Pragma", "no-cache"],
          ];
  if (parts.kind === "user-realm")
    headers.push(["Content-Disposition", "inline; filename=userrealm.json"]);
  if (parts.contentType !== undefined) headers.push(["Content-Type", parts.contentType]);
  if (parts.kind !== "discovery" && parts.kind !== "missing") headers.push(["Expires", "-1"]);
  if (!isRegional)
    headers.push(["Strict-Transport-Security", "max-age=31536000; includeSubDomains"]);
  headers.push(["X-Content-Type-Options", "nosniff"]);
  // In a hidden frame browsers report this header for every page of ESTS (MSAL.js #7458, #84).
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
  );
  if (parts.contentLength !== undefined)
    headers.push(["Content-Length", String(parts.contentLength)]);
  return headers;
}
