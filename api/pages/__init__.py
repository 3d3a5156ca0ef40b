"""The pages: plain HTML that the server writes, without scripts and without anything from elsewhere.

Belongs here: functions from results to HTML, and the few paths that serve them. Everything that comes from a cluster
or a request passes through ``layout.safe``.
"""
