#!/usr/bin/env node
// Checks the state machine definitions against the Amazon States Language.
//
//   node scripts/validate-workflows.mjs [FILE|FOLDER ...]
//
// Without arguments it checks infra/workflows. Each problem is printed as
// FILE: PATH: PROBLEM; the exit code is 1 if there is any, 2 if a file can't be read.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import validate from "asl-validator";

const suffix = ".asl.json";

// The stack substitutes ${Name} by the ARN of a function; any will do here.
const functionARN = "arn:aws:lambda:us-east-1:000000000000:function:name";

/** Lists the definitions that a file or a folder stands for. */
function definitions(path) {
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path).filter((name) => name.endsWith(suffix));
  if (files.length === 0) throw new Error(`${path}: no *${suffix} files`);
  return files.sort().map((name) => join(path, name));
}

/** Returns the problems of one definition as lines of text. */
function problems(file) {
  const text = readFileSync(file, "utf8").replaceAll(/\$\{\w+\}/g, functionARN);
  let definition;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    return [`${file}: /: not JSON: ${error.message}`];
  }
  return validate(definition).errors.map((error) => `${file}: ${describe(error)}`);
}

/** Describes an error; only those of the schema check tell where they are. */
function describe(error) {
  const path = error.schemaError?.instancePath || "/";
  return `${path}: ${error["Error code"]}: ${error.Message}`;
}

try {
  const roots = process.argv.length > 2 ? process.argv.slice(2) : ["infra/workflows"];
  const found = roots.flatMap(definitions).flatMap(problems);
  for (const line of found) console.error(line);
  process.exitCode = found.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
