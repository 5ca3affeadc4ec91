/** The pages of the local Entra: account picker, form post, error, signed out. */
import type { AuthorizeRequest } from "./authorize-request.ts";
import type { AppRegistration, Tenant, User } from "./directory.ts";
import { escapeHtml, renderShell } from "./page-shell.ts";

function initials(name: string): string {
  return name
    .split(/[\s-]+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join("")
    .toUpperCase();
}

function userButton(user: User, hinted: boolean): string {
  return `<li><button class="person" name="oid" value="${user.oid}"${hinted ? " data-hinted autofocus" : ""}>
<span class="face" aria-hidden="true">${initials(user.name)}</span>
<span class="who"><b>${escapeHtml(user.name)}</b><span>${escapeHtml(user.title)}</span><span>${escapeHtml(user.userName)}</span></span>
</button></li>`;
}

export interface PickerPage {
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly request: AuthorizeRequest;
  /** The sealed request; the form returns it. */
  readonly ticket: string;
  readonly action: string;
  readonly nonce: string;
}

/** The account picker: one click on a user signs in. */
export function renderPicker(page: PickerPage): string {
  const hint = page.request.loginHint?.toLowerCase();
  const buttons = page.tenant.users
    .map((user) => userButton(user, user.userName === hint || user.oid === hint))
    .join("\n");
  const body = `<h1>Pick an account</h1>
<p>to continue to <strong>${escapeHtml(page.app.name)}</strong> at ${escapeHtml(page.tenant.name)}</p>
<p class="note">Demo users of the local Azure. They have no passwords: anyone who can open this page can sign in as any of them. The page replaces Microsoft Entra ID on this machine; never expose it to a network.</p>
<form method="post" action="${escapeHtml(page.action)}">
<input type="hidden" name="ticket" value="${page.ticket}">
<ul aria-label="Users of ${escapeHtml(page.tenant.name)}">
${buttons}
</ul>
<div class="foot"><button class="quiet" name="cancel" value="1">Cancel</button></div>
</form>`;
  return renderShell({ title: `Sign in – ${page.tenant.name}`, nonce: page.nonce, body });
}

/** The page that posts the answer to the app (`response_mode=form_post`). */
export function renderFormPost(target: string, fields: URLSearchParams, nonce: string): string {
  const inputs = [...fields]
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("");
  const body = `<h1>Signing you in</h1>
<form method="post" action="${escapeHtml(target)}" id="answer">${inputs}
<div class="foot"><button class="quiet">Continue</button></div></form>
<script nonce="${nonce}">document.getElementById("answer").submit()</script>`;
  return renderShell({ title: "Signing you in", nonce, body });
}

export function renderSignInError(description: string, nonce: string): string {
  const body = `<h1>Sign-in failed</h1>
<p>The directory does not accept the request of the app.</p>
<dl><dt>Details</dt><dd>${escapeHtml(description)}</dd></dl>`;
  return renderShell({ title: "Sign-in error", nonce, body });
}

export function renderSignedOut(nonce: string): string {
  const body = `<h1>You signed out</h1>
<p>Close this window to finish.</p>`;
  return renderShell({ title: "Signed out", nonce, body });
}
