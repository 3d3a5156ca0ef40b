const createApp = require("./app");
const board = require("./board");

const port = Number(process.env.PORT) || 3000;
const server = createApp(board.create()).listen(port, () => {
  console.log(`guestbook on port ${port}`);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => server.close(() => process.exit(0)));
}
