const { readdir, rename, stat } = require("node:fs/promises");
const path = require("node:path");

exports.rename = async function (folder) {
  let count = 0;
  for (const name of await readdir(folder)) {
    if (!/\.jpe?g$/i.test(name)) continue;
    const { mtime } = await stat(path.join(folder, name));
    await rename(path.join(folder, name), path.join(folder, `${mtime.toISOString().slice(0, 10)}-${name}`));
    count += 1;
  }
  return count;
};
