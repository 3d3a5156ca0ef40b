"""Rolls dice: /roll?dice=2&sides=6 tells what each of them shows and their sum."""

import json
import secrets

MOST_DICE = 100


def number(query, name, usual):
    try:
        return int(query.get(name, usual))
    except ValueError:
        return None


def lambda_handler(event, context):
    query = event.get("queryStringParameters") or {}
    dice, sides = number(query, "dice", "1"), number(query, "sides", "6")
    if not dice or not sides or not 0 < dice <= MOST_DICE or sides < 2:
        return {"statusCode": 400, "body": json.dumps({"error": "dice from 1 to 100, sides from 2"})}
    shown = [secrets.randbelow(sides) + 1 for _ in range(dice)]
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": json.dumps({"shown": shown, "sum": sum(shown), "least": dice, "asked": event["rawPath"]}),
    }
