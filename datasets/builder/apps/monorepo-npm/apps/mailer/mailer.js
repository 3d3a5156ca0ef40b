const cron = require("node-cron");
const questions = require("@surveys/questions");

const job = cron.schedule("0 9 * * 1", () => {
  console.log(`reminder: ${questions.length} questions are open`);
});
console.log("mailer waits for Monday");
process.on("SIGTERM", () => {
  job.stop();
  process.exit(0);
});
