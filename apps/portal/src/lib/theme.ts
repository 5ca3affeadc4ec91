/** The theme: a cookie that the server reads before the first paint, so that nothing flashes. */
export const themeCookie = "kluis-theme";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export function parseTheme(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? "system";
}

/** The cookie's text for `document.cookie`: a year, this site only. */
export function themeCookieText(theme: Theme): string {
  return `${themeCookie}=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
