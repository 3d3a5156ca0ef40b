const fs = require("node:fs");

fs.mkdirSync("dist", { recursive: true });
for (const name of fs.readdirSync("src")) fs.copyFileSync(`src/${name}`, `dist/${name}`);
