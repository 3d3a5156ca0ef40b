const fs = require("node:fs");
const path = require("node:path");

const FOLDER = path.join(__dirname, "state");
const FILE = path.join(FOLDER, "count.json");

exports.prepare = () => {
  fs.mkdirSync(FOLDER, { recursive: true });
  if (!fs.existsSync(FILE)) fs.writeFileSync(FILE, "0");
};

exports.next = () => {
  const number = JSON.parse(fs.readFileSync(FILE, "utf8")) + 1;
  fs.writeFileSync(FILE, JSON.stringify(number));
  return number;
};
