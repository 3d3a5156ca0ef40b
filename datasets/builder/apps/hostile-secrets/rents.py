RENTS = {"flat 1": 640, "flat 2": 655}
PAID = {"flat 1"}


def due():
    return len(RENTS.keys() - PAID)
