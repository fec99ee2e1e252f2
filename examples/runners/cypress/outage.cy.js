it("shows mail while Entra is down", () => {
  const messages = "https://graph.microsoft.com/v1.0/me/messages";
  cy.task("api", { address: messages, data: { value: [{ subject: "Budget" }] } });
  cy.visit("/");
  cy.contains("button", "Sign in").click();
  cy.task("user", "adele").then((user) => {
    cy.origin("https://login.microsoftonline.com", { args: user }, ({ upn, password }) => {
      cy.get("#login").type(upn);
      cy.get("#passwd").type(password);
      cy.contains("button", "Sign in").click();
    });
  });
  cy.contains("li", "Budget");

  cy.task("outage");
  cy.contains("button", "Reload mail").click();
  cy.contains("[role=status]", "As of");
  cy.task("expectEntra", ["toHaveRequested", "token", { times: 1 }]);
  cy.task("expectEntra", ["toHavePromptedAtMost", 1]);
});

afterEach(() => cy.task("clear"));
