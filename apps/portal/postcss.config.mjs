/** Tailwind 4 is the only PostCSS step: tokens and utilities come from src/app/globals.css. */
export default { plugins: { "@tailwindcss/postcss": {} } };
