/** AADSTS codes of SAML single sign-on. Names and meanings are those of Microsoft's list; which request gets which code is assumed. */
import type { AadstsRow } from "./code-row.ts";

export const samlCodes = {
  75001: {
    status: 400,
    error: "invalid_request",
    text: "The SAML message could not be read.",
    source: "assumed",
  },
  75003: {
    status: 400,
    error: "invalid_request",
    text: "SAML responses are sent by HTTP POST and by no other binding.",
    source: "assumed",
  },
  75005: {
    status: 400,
    error: "invalid_request",
    text: "The SAML request is not supported.",
    source: "assumed",
  },
  750054: {
    status: 400,
    error: "invalid_request",
    text: "The request carries no SAMLRequest.",
    source: "assumed",
  },
  75006: {
    status: 400,
    error: "invalid_request",
    text: "A property of the SAML authentication request is not supported.",
    source: "documented: the article on SAML single sign-on",
  },
  75011: {
    status: 400,
    error: "invalid_request",
    text: "The person's authentication method is not the one that was requested.",
    source: "assumed",
  },
  75016: {
    status: 400,
    error: "invalid_request",
    text: "The NameIDPolicy of the SAML authentication request is not valid.",
    source: "assumed",
  },
  76021: {
    status: 400,
    error: "invalid_request",
    text: "The app requires signed requests, and this one does not verify.",
    source: "assumed",
  },
  76026: {
    status: 400,
    error: "invalid_request",
    text: "The SAML authentication request was issued too long ago.",
    source: "assumed",
  },
} as const satisfies Readonly<Record<number, AadstsRow>>;
