from datetime import date, timedelta

PLANTS = {"fern": date(2026, 5, 1), "cactus": date(2026, 3, 9)}
EVERY = {"cactus": 30}


def thirsty(today: date) -> list[str]:
    return [name for name, watered in PLANTS.items() if today - watered > timedelta(days=EVERY.get(name, 4))]
