from flask import Flask

from draws import DRAWS

app = Flask(__name__)
CHANCE = 1 / len(DRAWS)


@app.route("/")
def index():
    return f"your chance is {CHANCE}"
