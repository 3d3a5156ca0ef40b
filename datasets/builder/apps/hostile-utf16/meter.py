# -*- coding: latin-1 -*-
UNIT = "m³"


def reading():
    return "0042" + UNIT
