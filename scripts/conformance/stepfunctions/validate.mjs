// Validates state machine definitions with asl-validator.
//
//   node validate.mjs <definitions >answers
//
// A definition is a line of JSON; its answer is a line with the error codes, [] for a valid one.
import { createInterface } from "node:readline";
import validate from "asl-validator";

for await (const line of createInterface({ input: process.stdin })) {
  const { errors } = validate(JSON.parse(line));
  console.log(JSON.stringify(errors.map((error) => error["Error code"])));
}
