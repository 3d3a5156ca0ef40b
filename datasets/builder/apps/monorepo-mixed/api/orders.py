class Orders:
    def __init__(self):
        self.taken = []

    def __len__(self):
        return len(self.taken)

    def take(self, address):
        self.taken.append(address)
        return len(self.taken)
