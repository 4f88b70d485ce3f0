// Writes down which sources were built into which files, so that a test can tell without building: the hash of every file of
// this folder but node_modules and the list itself, sorted by name in bytes. Ends built text with one newline, as the house has it.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const built = ["dist/index.html", "dist/console.js", "dist/console.css"];
for (const file of built) writeFileSync(file, readFileSync(file, "utf8").trimEnd() + "\n");

const names = (below) =>
  readdirSync(below || ".", { withFileTypes: true }).flatMap((entry) => {
    const name = below + entry.name;
    if (entry.isDirectory()) return name === "node_modules" ? [] : names(name + "/");
    return name === "dist/stamp.txt" ? [] : [name];
  });
const lines = names("")
  .sort((one, other) => (one < other ? -1 : 1))
  .map((name) => `${createHash("sha256").update(readFileSync(name)).digest("hex")}  ${name}\n`);
writeFileSync("dist/stamp.txt", lines.join(""));
