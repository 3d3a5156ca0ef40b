"""Which distributions a Python file imports.

The name of an import says nothing about who publishes a distribution of that name: only known pairs are installed, the
rest is told to the person.
"""

import ast
import sys

from builder.detect.languages.python.inferred import KNOWN

MORE: dict[str, str] = {
    "Crypto": "pycryptodome", "OpenSSL": "pyopenssl", "aioboto3": "aioboto3", "aiofiles": "aiofiles",
    "arrow": "arrow", "attr": "attrs", "attrs": "attrs", "aws_lambda_powertools": "aws-lambda-powertools",
    "aws_xray_sdk": "aws-xray-sdk", "azure.cosmos": "azure-cosmos", "azure.functions": "azure-functions",
    "azure.identity": "azure-identity", "azure.storage.blob": "azure-storage-blob", "babel": "babel",
    "bcrypt": "bcrypt", "botocore": "botocore", "cachetools": "cachetools", "cairosvg": "cairosvg",
    "certifi": "certifi", "chardet": "chardet", "cloudevents": "cloudevents", "colorama": "colorama",
    "cryptography": "cryptography", "dateutil": "python-dateutil", "docx": "python-docx", "elasticsearch":
    "elasticsearch", "faker": "faker", "feedparser": "feedparser", "fitz": "pymupdf", "fpdf": "fpdf2", "git":
    "gitpython", "google.cloud.bigquery": "google-cloud-bigquery", "google.cloud.firestore":
    "google-cloud-firestore", "google.cloud.pubsub": "google-cloud-pubsub", "google.cloud.pubsub_v1":
    "google-cloud-pubsub", "google.cloud.secretmanager": "google-cloud-secret-manager", "google.cloud.storage":
    "google-cloud-storage", "google.protobuf": "protobuf", "httplib2": "httplib2", "humanize": "humanize",
    "itsdangerous": "itsdangerous", "jose": "python-jose", "joblib": "joblib", "jsonpath_ng": "jsonpath-ng",
    "jsonschema": "jsonschema", "kafka": "kafka-python", "ldap3": "ldap3", "loguru": "loguru", "magic":
    "python-magic", "markdown": "markdown", "markupsafe": "markupsafe", "mistune": "mistune", "msgpack": "msgpack",
    "multipart": "python-multipart", "nacl": "pynacl", "networkx": "networkx", "nltk": "nltk", "odf": "odfpy",
    "openpyxl": "openpyxl", "orjson": "orjson", "paho": "paho-mqtt", "passlib": "passlib", "peewee": "peewee",
    "phonenumbers": "phonenumbers", "pika": "pika", "pptx": "python-pptx", "psutil": "psutil", "pyarrow": "pyarrow",
    "pypdf": "pypdf", "PyPDF2": "pypdf2", "pytz": "pytz", "qrcode": "qrcode", "regex": "regex", "reportlab":
    "reportlab", "sendgrid": "sendgrid", "sentry_sdk": "sentry-sdk", "serial": "pyserial", "shapely": "shapely",
    "simplejson": "simplejson", "skimage": "scikit-image", "slack_sdk": "slack-sdk", "slugify": "python-slugify",
    "stripe": "stripe", "structlog": "structlog", "sympy": "sympy", "tabulate": "tabulate", "tenacity": "tenacity",
    "tomli": "tomli", "toml": "toml", "twilio": "twilio", "tzlocal": "tzlocal", "ujson": "ujson", "unidecode":
    "unidecode", "urllib3": "urllib3", "usb": "pyusb", "validators": "validators", "whois": "python-whois",
    "xlrd": "xlrd", "xlsxwriter": "xlsxwriter", "xmltodict": "xmltodict", "yarl": "yarl", "zmq": "pyzmq",
}  # fmt: skip
"""By import, beyond those that any Python program is known by. Several parts where a namespace is shared."""

DISTRIBUTIONS = KNOWN | MORE


def imported(tree: ast.Module) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the distributions that a file imports, and the names of imports that nobody is known to publish."""
    names: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= dict.fromkeys(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names |= dict.fromkeys(f"{node.module}.{one.name}" for one in node.names)
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for name in names:
        head = name.partition(".")[0]
        if head in sys.stdlib_module_names or head == "__future__":
            continue
        found = _distribution(name)
        if found:
            known[found] = None
        else:
            unknown[head] = None
    return tuple(sorted(known)), tuple(sorted(unknown))


def _distribution(name: str) -> str:
    """Return the distribution of the longest part of a dotted name that is known, empty for none."""
    parts = name.split(".")
    tried = (".".join(parts[:depth]) for depth in range(len(parts), 0, -1))
    return next((DISTRIBUTIONS[one] for one in tried if one in DISTRIBUTIONS), "")
