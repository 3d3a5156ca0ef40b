#!/usr/bin/env node
const { rename } = require("../lib/rename");

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: rename-photos FOLDER");
  process.exit(2);
}
rename(folder).then((count) => console.log(`${count} renamed`));
