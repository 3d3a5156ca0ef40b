// Tells how the name of a colour is written in the other ways: /?colour=%23336699

function parts(text) {
  const found = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text ?? "");
  return found && found.slice(1).map((two) => parseInt(two, 16));
}

function light([red, green, blue]) {
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

module.exports = (req, res) => {
  const given = parts(req.query.colour);
  if (!given) {
    res.status(400).json({ error: "a colour is written like #336699" });
    return;
  }
  res.json({ rgb: `rgb(${given.join(", ")})`, light: Number(light(given).toFixed(3)), ink: light(given) > 0.5 ? "black" : "white" });
};
