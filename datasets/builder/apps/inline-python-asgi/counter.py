"""Counts down from a number, a line for each: /5."""


class Countdown:
    def __init__(self, most):
        self.most = most

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        text = scope["path"].strip("/") or "3"
        known = text.isascii() and text.isdigit() and int(text) <= self.most
        await send(
            {
                "type": "http.response.start",
                "status": 200 if known else 400,
                "headers": [(b"content-type", b"text/plain")],
            }
        )
        for number in range(int(text) if known else 0, 0, -1):
            await send({"type": "http.response.body", "body": b"%d\n" % number, "more_body": True})
        await send({"type": "http.response.body", "body": b"lift-off\n" if known else b"too far\n"})


app = Countdown(most=1000)
