exports.page = `<!doctype html><title>Stopwatch</title><output>0.0</output><button>Start</button>
<script>let since; document.querySelector("button").onclick = () => { since = Date.now();
setInterval(() => { document.querySelector("output").value = ((Date.now() - since) / 1000).toFixed(1); }, 100); };</script>`;
