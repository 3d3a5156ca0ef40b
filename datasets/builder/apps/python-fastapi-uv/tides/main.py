from datetime import UTC, datetime

from fastapi import FastAPI, HTTPException

from tides.harbours import HARBOURS
from tides.harmonics import height

app = FastAPI(title="Tide tables")


@app.get("/")
def index() -> dict[str, list[str]]:
    return {"harbours": sorted(HARBOURS)}


@app.get("/healthz")
def healthz() -> dict[str, bool]:
    return {"ok": True}


@app.get("/harbours/{name}")
def water(name: str, at: datetime | None = None) -> dict[str, float]:
    if name not in HARBOURS:
        raise HTTPException(404, "no such harbour")
    return {"metres": round(height(HARBOURS[name], at or datetime.now(UTC)), 2)}
