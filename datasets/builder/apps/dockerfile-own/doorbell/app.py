from bottle import Bottle

from doorbell.rings import Rings

app = Bottle()
rings = Rings()


@app.get("/")
def index():
    return f"doorbell: rung {rings.count} times"


@app.post("/ring")
def ring():
    rings.ring()
    return "ding"
