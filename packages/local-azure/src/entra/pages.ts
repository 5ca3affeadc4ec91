import type { AuthorizeRequest } from "./authorize-request.ts";
import type { AppRegistration, Person, Tenant } from "./directory.ts";
import { escapeHtml, renderShell } from "./page-shell.ts";

function initials(name: string): string {
  return name
    .split(/[\s-]+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join("")
    .toUpperCase();
}

function personButton(person: Person, hinted: boolean): string {
  return `<li><button class="person" name="oid" value="${person.oid}"${hinted ? " data-hinted autofocus" : ""}>
<span class="face" aria-hidden="true">${initials(person.name)}</span>
<span class="who"><b>${escapeHtml(person.name)}</b><span>${escapeHtml(person.title)}</span><span>${escapeHtml(person.userName)}</span></span>
</button></li>`;
}

export interface PickerPage {
  readonly tenant: Tenant;
  readonly app: AppRegistration;
  readonly request: AuthorizeRequest;
  /** The sealed request, given back by the form. */
  readonly ticket: string;
  readonly action: string;
  readonly nonce: string;
}

/** The account picker: one click on a person signs them in. */
export function renderPicker(page: PickerPage): string {
  const hint = page.request.loginHint?.toLowerCase();
  const people = page.tenant.people
    .map((person) => personButton(person, person.userName === hint || person.oid === hint))
    .join("\n");
  const body = `<h1>Pick an account</h1>
<p>to continue to <strong>${escapeHtml(page.app.name)}</strong> at ${escapeHtml(page.tenant.name)}</p>
<p class="note">These are demo people of the local Azure. No password is asked: everyone who can open this page on this machine may be any of them. It stands in for Microsoft Entra ID and must never face a network.</p>
<form method="post" action="${escapeHtml(page.action)}">
<input type="hidden" name="ticket" value="${page.ticket}">
<ul aria-label="People of ${escapeHtml(page.tenant.name)}">
${people}
</ul>
<div class="foot"><button class="quiet" name="cancel" value="1">Cancel</button></div>
</form>`;
  return renderShell({ title: `Sign in – ${page.tenant.name}`, nonce: page.nonce, body });
}

/** The page that posts an answer to the app (`response_mode=form_post`). */
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
  const body = `<h1>That sign-in can’t go on</h1>
<p>The app sent a request that the directory does not accept.</p>
<dl><dt>Details</dt><dd>${escapeHtml(description)}</dd></dl>`;
  return renderShell({ title: "Sign-in error", nonce, body });
}

export function renderSignedOut(nonce: string): string {
  const body = `<h1>You signed out</h1>
<p>It is a good idea to close this window.</p>`;
  return renderShell({ title: "Signed out", nonce, body });
}
