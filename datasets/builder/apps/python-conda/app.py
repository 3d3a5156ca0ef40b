import os

from flask import Flask, jsonify

from readings import daily

app = Flask(__name__)


@app.route("/")
def index():
    return jsonify(daily())


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 5000)))
