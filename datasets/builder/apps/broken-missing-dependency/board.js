exports.board = (times) => times.map((one) => `${one.line} ${one.at}`).join("\n");
