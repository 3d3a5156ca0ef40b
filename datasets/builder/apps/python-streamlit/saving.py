def months(goal, monthly, rate):
    held, count = 0.0, 0
    while held < goal and count < 1200:
        held = held * (1 + rate) + monthly
        count += 1
    return count
