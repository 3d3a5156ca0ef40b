"""The HTTP API: one FastAPI application, problems, authentication, event streams.

Belongs here: what turns bytes of HTTP into calls of the packages below and their results into bytes.
Does not belong here: judgement, collection, or anything that the command line would need too (that is ``core``,
``cluster`` or ``diagnose``); ``api`` and ``cli`` do not know each other.

Others may use: ``api.app.create_app``.
"""
