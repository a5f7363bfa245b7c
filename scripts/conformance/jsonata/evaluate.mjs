// Evaluates JSONata expressions as jsonata.js does, with the functions that Step Functions adds.
//
//   node evaluate.mjs <cases >answers
//
// A case is a line {"expression": …, "variables": {…}, "now": milliseconds}; its answer is a line
// {"result": …}, {"undefined": true} or {"error": code}.
import { createHash, randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import jsonata from "jsonata";

const algorithms = { MD5: "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" };

/** The functions per "Transforming data with JSONata in Step Functions". */
const functions = {
  parse: [(text) => (text === undefined ? undefined : JSON.parse(text)), "<s-:x>"],
  partition: [(list, size) => partition(list, Math.trunc(size)), "<an:a>"],
  range: [range, "<nnn:a>"],
  hash: [hash, "<ss:s>"],
  uuid: [() => randomUUID(), "<:s>"],
  random: [(seed) => (seed === undefined ? Math.random() : fraction(seed)), "<n?:n>"],
};

function partition(list, size) {
  if (list === undefined || !(size >= 1) || list.length === 0) return undefined;
  const chunks = [];
  for (let i = 0; i < list.length; i += size) chunks.push(list.slice(i, i + size));
  return chunks;
}

function range(first, last, step) {
  [first, last, step] = [first, last, step].map(Math.trunc);
  const list = [];
  if (step !== 0) for (let n = first; step > 0 ? n <= last : n >= last; n += step) list.push(n);
  return list.length > 1 ? list : list[0];
}

function hash(text, algorithm) {
  if (text === undefined) return undefined;
  if (!(algorithm in algorithms)) throw new Error(`unknown algorithm ${algorithm}`);
  return createHash(algorithms[algorithm]).update(text).digest("hex");
}

/** A number in [0, 1) that depends on the seed alone. */
function fraction(seed) {
  return createHash("sha256").update(String(Math.trunc(seed))).digest().readUInt32BE() / 2 ** 32;
}

/** Returns a result as it is unless it holds a function, which JSON can't express. */
function plain(result) {
  JSON.stringify(result, (_, value) => {
    if (value?._jsonata_function || value?._jsonata_lambda || typeof value === "function") throw new Error("the result is a function");
    return value;
  });
  return result;
}

async function answer({ expression, variables, now }) {
  try {
    const compiled = jsonata(expression);
    for (const [name, [implementation, signature]] of Object.entries(functions)) {
      compiled.registerFunction(name, implementation, signature);
    }
    compiled.registerFunction("millis", () => now, "<:n>");
    compiled.assign("now", await jsonata("function($picture, $zone) { $fromMillis(" + now + ", $picture, $zone) }").evaluate());
    const result = await compiled.evaluate(undefined, variables);
    return result === undefined ? { undefined: true } : { result: plain(result) };
  } catch (error) {
    return { error: error.code ?? "failed", message: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
