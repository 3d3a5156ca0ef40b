const test = require("node:test");
const assert = require("node:assert");
const board = require("../src/board");

test("the newest entry comes first", () => {
  const entries = board.create();
  entries.add("Ada", "first");
  entries.add("Grace", "second");
  assert.equal(entries.latest(1)[0].name, "Grace");
});
