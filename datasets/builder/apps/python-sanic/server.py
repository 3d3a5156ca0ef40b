import os

from sanic import Sanic
from sanic.response import json, text

from pastes import Pastes

app = Sanic("paste")
app.ctx.pastes = Pastes(seconds=3600)


@app.get("/")
async def index(request):
    return text("paste: POST text to /, GET /<key>\n")


@app.post("/")
async def store(request):
    return json({"key": app.ctx.pastes.add(request.body.decode())}, status=201)


@app.get("/p/<key:str>")
async def load(request, key):
    found = app.ctx.pastes.get(key)
    return text(found) if found is not None else text("gone\n", status=404)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "8000")), single_process=True)
