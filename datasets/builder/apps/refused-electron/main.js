const { app, BrowserWindow } = require("electron");

app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 500, height: 400 });
  window.loadFile("index.html");
});
app.on("window-all-closed", () => app.quit());
