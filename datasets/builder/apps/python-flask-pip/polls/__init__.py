import os

from flask import Flask

from polls import views


def create_app():
    app = Flask(__name__)
    app.secret_key = os.environ.get("SECRET_KEY", "only-for-development")
    app.register_blueprint(views.bp)
    return app
