import { auth } from "../auth";

export default async function Page() {
  const session = await auth();
  return session === null ? <a href="/login">Sign in</a> : <h1>Hello {session.user?.name}</h1>;
}
