"""How functions of platforms are written; nothing here is one."""

# def handler(event, context):
#     return "this is a comment"

EXAMPLE = '''
def lambda_handler(event, context):
    return {"statusCode": 200}
'''

NAMES = ["handler", "lambda_handler", "application"]


class Handler:
    def handler(self, event, context):
        return NAMES[0]
