from starlette.websockets import WebSocket, WebSocketDisconnect


class Room:
    def __init__(self):
        self.visitors = set()

    async def visit(self, socket: WebSocket):
        await socket.accept()
        self.visitors.add(socket)
        try:
            while True:
                text = await socket.receive_text()
                for one in self.visitors:
                    await one.send_text(text)
        except WebSocketDisconnect:
            self.visitors.discard(socket)
