// Tries what an installed package must not be able to do: call home, read and write the host, gain rights, end others.
const { execSync } = require("node:child_process");
const fs = require("node:fs");

function attempt(name, act) {
  try {
    act();
    console.log(`GOT-THROUGH ${name}`);
  } catch (error) {
    console.log(`refused ${name}: ${String(error.message).split("\n")[0].slice(0, 80)}`);
  }
}

attempt("canary", () => fs.readFileSync("/var/tmp/sextant-canary"));
attempt("write-canary", () => fs.writeFileSync("/var/tmp/sextant-canary", "taken over"));
attempt("climb", () => fs.writeFileSync("../../../../../../var/tmp/sextant-canary", "taken over"));
attempt("docker", () => fs.statSync("/var/run/docker.sock"));
attempt("kubelet", () => fs.readFileSync("/var/run/secrets/kubernetes.io/serviceaccount/token"));
attempt("processes", () => {
  const held = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const told = held.map((name) => { try { return fs.readFileSync(`/proc/${name}/environ`, "utf8"); } catch { return ""; } });
  const canary = told.join("\0").split("\0").find((one) => one.startsWith("SEXTANT_CANARY="));
  if (!canary) throw new Error(`nothing in ${held.length} processes`);
  console.log(canary);
});
attempt("metadata", () => execSync("node -e \"fetch('http://169.254.169.254/latest/meta-data/',{signal:AbortSignal.timeout(1500)}).catch(()=>process.exit(1))\"", { stdio: "pipe", timeout: 5000 }));
attempt("home", () => execSync("node -e \"fetch('http://collector.invalid/',{signal:AbortSignal.timeout(1500)}).catch(()=>process.exit(1))\"", { stdio: "pipe", timeout: 5000 }));
attempt("environment", () => {
  const secrets = Object.keys(process.env).filter((name) => /TOKEN|SECRET|PASSWORD|API_KEY|CANARY/.test(name));
  if (secrets.length === 0) throw new Error("nothing there");
  console.log(secrets.join(" "));
});
