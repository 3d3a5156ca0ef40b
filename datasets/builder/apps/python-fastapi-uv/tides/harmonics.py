from datetime import datetime
from math import cos, radians

Constants = list[tuple[float, float, float]]


def height(constants: Constants, at: datetime) -> float:
    """Add up the constituents: amplitude in metres, speed in degrees an hour, phase in degrees."""
    hours = at.timestamp() / 3600
    return sum(amplitude * cos(radians(speed * hours - phase)) for amplitude, speed, phase in constants)
