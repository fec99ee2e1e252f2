/**
 * A request of a page as Playwright's interception shows it, and as the service is to get it.
 * Chromium adds the Fetch metadata of a request after the interception; what of it the
 * simulator reads (`frame-session.ts`) is said here in its place.
 */
import type { Request as RoutedRequest } from "@playwright/test";
import { frameOf } from "../../browser/navigating-frames.ts";
import { createRequest } from "../../core/http/message.ts";
import type { FrameSession } from "./frame-session.ts";

/** The Fetch request, in the session of the person; aborts as the signal does. */
export async function requestOfRoute(
  routed: RoutedRequest,
  { session, gone }: { readonly session: FrameSession; readonly gone: AbortSignal },
): Promise<Request> {
  const method = routed.method();
  const url = routed.url();
  const sent = Object.entries(await routed.allHeaders());
  const headers = [...sent, ...fetchMetadataOf(routed, new URL(url).origin)];
  const hasBody = method !== "GET" && method !== "HEAD";
  return createRequest(url, {
    method,
    headers: await session.adjust(url, headers),
    signal: gone,
    ...(hasBody ? { body: routed.postData() ?? "" } : {}),
  });
}

function fetchMetadataOf(routed: RoutedRequest, origin: string): [string, string][] {
  const parent = frameOf(routed)?.parentFrame() ?? undefined;
  const navigates = routed.isNavigationRequest();
  const dest = navigates
    ? parent === undefined
      ? "document"
      : "iframe"
    : (destinations[routed.resourceType()] ?? "empty");
  // Who asks: the document around a frame, else the one that says so itself.
  const asking =
    navigates && parent !== undefined ? parent.url() : (routed.headers().referer ?? "");
  const site = asking === "" ? "none" : originOf(asking) === origin ? "same-origin" : "cross-site";
  return [
    ["sec-fetch-dest", dest],
    ["sec-fetch-site", site],
  ];
}

function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

const destinations: Readonly<Record<string, string>> = {
  image: "image",
  script: "script",
  stylesheet: "style",
  font: "font",
};
