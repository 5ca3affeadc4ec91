import { expect, test } from "vitest";
import { armParts } from "./parts.ts";

const repeated = (items: readonly string[]): string[] =>
  items.filter((item, index) => items.indexOf(item) !== index);

test("each method and path has one route, and each kind of operation one work", () => {
  const routes = armParts.flatMap((part) => part.routes);
  const paths = routes.map(({ method, pattern }) => `${method} ${pattern.replaceAll(/\{\w+\}/g, "{}")}`);
  expect(repeated(paths)).toEqual([]);
  expect(repeated(armParts.flatMap((part) => Object.keys(part.work ?? {})))).toEqual([]);
});
