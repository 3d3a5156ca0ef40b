from datetime import date


def days_until(day: date) -> int:
    return (day - date.today()).days
