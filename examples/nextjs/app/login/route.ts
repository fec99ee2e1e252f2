import { signIn } from "../../auth";

export async function GET(): Promise<void> {
  await signIn("microsoft-entra-id", { redirectTo: "/" });
}
