class Rings:
    def __init__(self):
        self.count = 0

    def ring(self):
        self.count += 1
