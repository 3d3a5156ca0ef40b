PAGE = """<!doctype html><title>Echo board</title><h1>Echo board</h1><input id=text><ul id=lines></ul>
<script>
const socket = new WebSocket(`ws://${location.host}/board`);
socket.onmessage = e => lines.prepend(Object.assign(document.createElement("li"), {textContent: e.data}));
text.onchange = () => { socket.send(text.value); text.value = ""; };
</script>"""
