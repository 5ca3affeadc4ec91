import { expect, test } from "vitest";
import { z } from "zod";
import { parseBody } from "./body.ts";
import { ArmError } from "./errors.ts";

const schema = z.strictObject({
  location: z.string(),
  properties: z.strictObject({
    size: z.number().int().min(1).max(10).optional(),
    policy: z.enum(["A", "B"]).optional(),
    creationData: z.strictObject({ createOption: z.string() }),
  }),
});
const names = { parameter: "disk" };

function refused(body: unknown): string {
  try {
    parseBody(schema, body, names);
  } catch (error) {
    if (error instanceof ArmError) return `${error.status} ${error.code}: ${error.message}`;
  }
  return "accepted";
}

const creationData = { createOption: "Empty" };

test.each([
  [
    { location: "a", AccountType: 1, properties: { creationData } },
    "400 InvalidRequestContent: The request content was invalid and could not be deserialized: 'Could not find member 'AccountType' on object of type 'ResourceDefinition'. Path 'AccountType', line 1, position 30.'.",
  ],
  [
    { location: "a", properties: { creationData, wrong: 1 } },
    "400 BadRequest: Could not find member 'wrong' on object of type 'Properties'. Path 'properties.wrong', line 1, position 78.",
  ],
  [
    { location: "a", properties: { creationData: { createOption: "Empty", x: 1 } } },
    "400 BadRequest: Could not find member 'x' on object of type 'CreationData'. Path 'properties.creationData.x', line 1, position 73.",
  ],
  [
    { properties: { creationData } },
    "400 LocationRequired: The location property is required for this definition.",
  ],
  [
    { location: "a", properties: {} },
    "400 InvalidParameter: Required parameter 'disk.creationData' is missing (null).",
  ],
  [
    { location: "a", properties: { creationData, policy: "C" } },
    "400 InvalidParameter: The value 'C' of parameter 'disk.policy' is invalid.",
  ],
  [
    { location: "a", properties: { creationData, size: 11 } },
    "400 InvalidParameter: The value '11' of parameter 'disk.size' is out of range. The value must be between '1' and '10', inclusive.",
  ],
  [
    { location: "a", properties: { creationData, size: "big" } },
    "400 BadRequest: Could not convert string to integer: big. Path 'properties.size', line 1, position 77.",
  ],
  [{ location: "a", properties: { creationData, size: null } }, "accepted"],
])("%j is answered as Azure's deserializer does", (body, answer) => {
  expect(refused(body)).toBe(answer);
});
