/** The app registration of this API. */
export const settings = {
  tenant: "5b0e4d1a-2f63-4c8d-9d0a-7e1f2a3b4c5d",
  clientId: "9c8b7a6f-5e4d-4c3b-8a29-1f0e1d2c3b4a",
  clientSecret: process.env["CLIENT_SECRET"] ?? "fixture-secret-of-api",
};
