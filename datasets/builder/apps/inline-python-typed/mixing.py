"""How much water makes a weaker solution of a stronger one."""


def dilute(litres: float, percent: float, wanted: float, rounded: bool = True) -> dict[str, float]:
    """Return the litres of water to add, and what comes of it."""
    if not 0 < wanted <= percent:
        return {"water": 0.0, "litres": litres}
    whole = litres * percent / wanted
    water = whole - litres
    return {"water": round(water, 2), "litres": round(whole, 2)} if rounded else {"water": water, "litres": whole}
