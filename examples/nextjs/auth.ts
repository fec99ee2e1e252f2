/** Who is signed in; the app registration is in the environment. */
import NextAuth from "next-auth";
import MicrosoftEntraID from "next-auth/providers/microsoft-entra-id";

export const { handlers, auth, signIn } = NextAuth({
  providers: [MicrosoftEntraID],
  // Without it people read "There is a problem with the server configuration".
  pages: { error: "/sign-in-failed" },
  trustHost: true,
});
