from fastapi import FastAPI

from orders import Orders

app = FastAPI()
orders = Orders()


@app.get("/")
def index():
    return {"orders": len(orders)}


@app.get("/health")
def health():
    return {"ok": True}


@app.post("/orders")
def order(address: str):
    return {"number": orders.take(address)}
