# -*- coding: utf-8 -*-
from flask import Flask

from meter import reading

app = Flask(__name__)


@app.route("/")
def index():
    return f"water meter: {reading()}"
