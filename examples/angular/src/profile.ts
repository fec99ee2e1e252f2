import { HttpClient } from "@angular/common/http";
import { Component, inject, type OnInit, signal } from "@angular/core";
import { InteractionRequiredAuthError } from "@azure/msal-browser";

/** The person who is signed in, from Microsoft Graph. What was read stays on the screen when it cannot be read again. */
@Component({
  selector: "app-profile",
  template: `
    <p>{{ name() }}</p>
    <p role="status">{{ notice() }}</p>
    <button (click)="load()">Reload</button>
  `,
})
export class Profile implements OnInit {
  private readonly http = inject(HttpClient);
  protected readonly name = signal("");
  protected readonly notice = signal("");

  ngOnInit(): void {
    this.load();
  }

  protected load(): void {
    this.http.get<{ displayName: string }>("https://graph.microsoft.com/v1.0/me").subscribe({
      next: ({ displayName }) => {
        this.name.set(displayName);
        this.notice.set("");
      },
      error: (error: unknown) => {
        // Only this error says that the person can help.
        const canHelp = error instanceof InteractionRequiredAuthError;
        this.notice.set(canHelp ? "Please sign in again." : "Not available at the moment.");
      },
    });
  }
}
