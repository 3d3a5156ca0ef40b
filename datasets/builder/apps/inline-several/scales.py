"""Two functions, and nothing says which of them is the service."""


def weigh(event, context):
    return {"grams": sum(event["parts"])}


def price(event, context):
    return {"cents": round(event["grams"] * event["cents_per_gram"])}
