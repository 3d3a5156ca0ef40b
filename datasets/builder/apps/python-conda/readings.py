import pandas as pd


def daily():
    table = pd.read_csv("readings.csv", parse_dates=["at"])
    means = table.groupby(table["at"].dt.date)["moisture"].mean()
    return {str(day): round(value, 1) for day, value in means.items()}
