from datetime import date

from litestar import Litestar, get, put

from app.plants import PLANTS, thirsty


@get("/")
async def index() -> dict[str, str]:
    return {name: watered.isoformat() for name, watered in PLANTS.items()}


@get("/thirsty")
async def list_thirsty() -> list[str]:
    return thirsty(date.today())


@put("/plants/{name:str}")
async def water(name: str) -> str:
    PLANTS[name] = date.today()
    return f"{name} watered"


app = Litestar(route_handlers=[index, list_thirsty, water], openapi_config=None)
