/** The frame and style of the local Entra's pages. */
const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? char);
}

const style = `
:root { color-scheme: light dark; --ink: light-dark(#16202b, #e8edf3); --soft: light-dark(#52606f, #9fb0c1);
  --ground: light-dark(#eef2f5, #0d1319); --card: light-dark(#ffffff, #151d26); --line: light-dark(#d5dde5, #2a3744);
  --hover: light-dark(#f1f6fb, #1c2733); --accent: light-dark(#0b5cad, #7db9f7); --note: light-dark(#fff6dc, #2b2410);
  --note-ink: light-dark(#5c4400, #f3d98b); --note-line: light-dark(#e9cf83, #5f4e1d); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem; color: var(--ink);
  background: radial-gradient(60rem 30rem at 50% -10rem, light-dark(#d9e7f5, #16304a), transparent), var(--ground);
  font: 1rem/1.5 "Segoe UI Variable", "Segoe UI", system-ui, -apple-system, "Noto Sans", sans-serif; }
main { width: 100%; max-width: 27rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  padding: 2rem; box-shadow: 0 1px 2px rgb(0 0 0 / .06), 0 18px 40px -18px rgb(0 0 0 / .35); }
.brand { display: flex; align-items: center; gap: .6rem; font-weight: 600; color: var(--soft); font-size: .9rem; }
.brand svg { inline-size: 1.5rem; block-size: 1.5rem; flex: none; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.25rem 0 .25rem; letter-spacing: -.01em; }
p { margin: 0; color: var(--soft); }
.note { margin-top: 1.25rem; padding: .7rem .9rem; border: 1px solid var(--note-line); border-radius: .6rem;
  background: var(--note); color: var(--note-ink); font-size: .875rem; }
ul { list-style: none; margin: 1.25rem -.75rem 0; padding: 0; }
form { margin: 0; }
button { font: inherit; color: inherit; cursor: pointer; }
.person { display: flex; align-items: center; gap: .9rem; width: 100%; min-height: 3.75rem; padding: .55rem .75rem;
  text-align: start; background: transparent; border: 1px solid transparent; border-radius: .7rem; }
.person:hover { background: var(--hover); border-color: var(--line); }
.person:focus-visible, .quiet:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.face { display: grid; place-items: center; flex: none; inline-size: 2.5rem; block-size: 2.5rem; border-radius: 50%;
  font-weight: 600; font-size: .9rem; background: light-dark(#dcebfa, #1f3f5f); color: light-dark(#0a4784, #cfe6ff); }
.who { display: grid; min-width: 0; }
.who b { font-weight: 600; }
.who span { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.person[data-hinted] { border-color: var(--accent); }
.foot { margin-top: 1.25rem; display: flex; justify-content: flex-end; }
.quiet { background: none; border: 1px solid var(--line); border-radius: .5rem; padding: .45rem .9rem; }
.quiet:hover { background: var(--hover); }
dl { margin: 1rem 0 0; font-size: .85rem; color: var(--soft); overflow-wrap: anywhere; }
dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
a { color: var(--accent); }
`;

const mark = `<svg viewBox="0 0 24 24" fill="none" aria-hidden="true"><rect x="2.5" y="2.5" width="19" height="19" rx="5" stroke="currentColor" stroke-width="1.6"/><circle cx="12" cy="12" r="4.6" stroke="currentColor" stroke-width="1.6"/><path d="M12 7.4V12l3 2" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/></svg>`;

export interface Shell {
  readonly title: string;
  readonly nonce: string;
  readonly body: string;
}

/** Renders a page. It loads no files, so that its policy can forbid all of them. */
export function renderShell(shell: Shell): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(shell.title)}</title>
<style nonce="${shell.nonce}">${style}</style>
</head>
<body>
<main>
<div class="brand">${mark}<span>Local Entra</span></div>
${shell.body}
</main>
</body>
</html>`;
}
