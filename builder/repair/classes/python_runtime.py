# ruff: noqa: E501 - a table: each row stands together
"""Python, and the servers and frameworks that run in it."""

from builder.repair import remedies
from builder.repair.model import ANY, LIKELY, START, SYMPTOM, known
from builder.repair.patches import AddWritable

_SOURCE = ("Correct the file that the traceback names last.", "请更正回溯末尾所指的文件。")
_OBJECT = (
    "Name module and object as the code does: package.module:app.",
    "请按代码写明模块和对象：package.module:app。",
)

CLASSES = (
    known("python.module-not-found", (r"ModuleNotFoundError: No module named '(?!(?:pkg_resources|setuptools|distutils|wheel|numpy|Cython|packaging|imp|asyncore|asynchat|smtpd|cgi|cgitb|telnetlib|crypt|pipes|imghdr|sndhdr|tomllib)\b)(?P<name>[^']+)'", r"python[\d.]*: No module named (?P<name>\S+)$"),
          ("A module that the program imports is not installed, or not on its path.", "程序导入的模块没有安装，或不在路径中。"),
          ("Name its distribution in the requirements; for a module of the project, start in its folder.", "请将其写入依赖；若是项目自身模块，请在其目录启动。"), where=ANY),
    known("python.module-unbuilt", r"ModuleNotFoundError: No module named '(?P<name>pkg_resources|setuptools|numpy|packaging)(?:\.[\w.]+)?'", ("The program takes a distribution for granted that is not installed.", "程序默认存在的发行版没有安装。"),
          ("Name it in the requirements.", "请写入依赖。"), where=START, repair=remedies.distribution),
    known("python.stdlib-removed", r"ModuleNotFoundError: No module named '(?P<name>distutils|imp|asyncore|asynchat|smtpd)(?:\.[\w.]+)?'", ("The code imports a module that Python 3.12 no longer has.", "代码导入了 Python 3.12 已移除的模块。"),
          ("Replace the module, or stay with Python 3.11.", "请替换该模块，或使用 Python 3.11。"), where=ANY, repair=remedies.release("python", "<3.12,>=3.11")),
    known("python.stdlib-removed-later", r"ModuleNotFoundError: No module named '(?P<name>cgi|cgitb|telnetlib|crypt|pipes|imghdr|sndhdr)(?:\.[\w.]+)?'", ("The code imports a module that Python 3.13 no longer has.", "代码导入了 Python 3.13 已移除的模块。"),
          ("Replace the module, or stay with Python 3.12.", "请替换该模块，或使用 Python 3.12。"), where=ANY, repair=remedies.release("python", "<3.13,>=3.12")),
    known("python.release-too-old", (r"ModuleNotFoundError: No module named 'tomllib'", r"TypeError: unsupported operand type\(s\) for \|: 'type' and 'NoneType'", r"TypeError: 'type' object is not subscriptable", r"ImportError: cannot import name '(?:StrEnum|Self|override|TaskGroup|batched)' from"),
          ("The code is written for a newer Python.", "代码需要更新的 Python。"), ("Say in requires-python what it needs.", "请在 requires-python 中写明要求。"), where=ANY, repair=remedies.release("python", ">=3.12")),
    known("python.release-too-new", r"ImportError: cannot import name '(?:Mapping|MutableMapping|Iterable|Callable|Sequence|OrderedDict|Hashable|Set)' from 'collections'", ("The code is written for Python 3.9 or older.", "代码是为 Python 3.9 或更早版本写的。"),
          ("Import it from collections.abc.", "请从 collections.abc 导入。"), where=ANY, repair=remedies.release("python", "<3.10,>=3.9")),
    known("python.print-statement", r"SyntaxError: Missing parentheses in call to 'print'", ("The code is written for Python 2.", "代码是为 Python 2 写的。"), ("Move it to Python 3.", "请迁移到 Python 3。"), where=ANY,
          repair=remedies.release("python", "2.7")),
    known("python.syntax", r"^\s*(?:SyntaxError: (?!Missing parentheses)|IndentationError: |TabError: )", ("A file is not valid Python for this release.", "文件不是此版本的有效 Python。"), _SOURCE, where=ANY, certainty=LIKELY),
    known("python.import-name", r"ImportError: cannot import name '(?P<name>\w+)' from '(?!collections')", ("A module does not have the name that is imported: often another version of it is meant.", "模块中没有所导入的名称：通常是版本不同。"),
          ("Fix the version that the code was written for.", "请固定代码所需的版本。"), where=ANY, certainty=LIKELY),
    known("python.file-missing", r"python[\d.]*: can't open file '(?P<path>[^']+)'", ("The start command names a file that is not there.", "启动命令所指文件不存在。"), ("Name the right file.", "请指定正确的文件。"), where=ANY, repair=remedies.copied),
    known("python.shared-library", r"(?:ImportError|OSError): (?P<library>lib[\w.+-]+\.so[\d.]*): cannot open shared object file", ("A system library that a distribution loads is not installed.", "发行版加载的系统库没有安装。"),
          ("Install the package that holds it.", "请安装包含它的系统软件包。"), where=ANY, repair=remedies.library),
    known("python.temporary-folder", r"FileNotFoundError: \[Errno 2\] No usable temporary directory found in", ("There is no folder for temporary files.", "没有临时文件目录。"), ("Make /tmp writable.", "请使 /tmp 可写。"), where=START,
          repair=remedies.fixed(AddWritable(path="/tmp"))),  # noqa: S108 - a folder of the image
    known("python.encoding", r"Unicode(?:Encode|Decode)Error: 'ascii' codec", ("The program reads or writes text as ASCII.", "程序以 ASCII 读写文本。"), ("Set LANG=C.UTF-8.", "请设置 LANG=C.UTF-8。"), where=ANY,
          repair=remedies.variable("PYTHONUTF8", "1", "both")),
    known("gunicorn.object-missing", (r"^Failed to find (?:attribute|application object):? '?(?P<name>\w+)'? in '", r"^Application object must be callable\.$"), ("The module has no application of that name.", "模块中没有该应用对象。"), _OBJECT, where=START),
    known("gunicorn.worker-failed", r"(?:Reason: (?:Worker failed to boot|App failed to load)\.|\[ERROR\] Exception in worker process)", ("gunicorn's workers end while they load the application.", "gunicorn 工作进程在加载应用时退出。"),
          ("Look at the traceback above it.", "请看其上的回溯。"), where=START, certainty=SYMPTOM),
    known("uvicorn.object-missing", r"Error loading ASGI app\. (?:Could not import module|Attribute \"\w+\" not found|Import string)", ("uvicorn does not find the application.", "uvicorn 找不到应用。"), _OBJECT, where=START),
    known("flask.object-missing", r"^Error: (?:Could not import '|Failed to find Flask application or factory|Could not locate a Flask application)", ("Flask does not find the application.", "Flask 找不到应用。"), ("Set FLASK_APP to its module.", "请将 FLASK_APP 设为其模块。"), where=ANY),
    known("celery.object-missing", r"^Unable to load celery application\.", ("Celery does not find the application.", "Celery 找不到应用。"), ("Name its module with -A.", "请用 -A 指定模块。"), where=START),
    known("django.secret-key", r"ImproperlyConfigured: (?:The SECRET_KEY setting must not be empty|Set the SECRET_KEY environment variable)", ("Django needs SECRET_KEY.", "Django 需要 SECRET_KEY。"),
          ("Give it as a secret; for collectstatic any value does.", "请以密钥形式提供；collectstatic 可用任意值。"), where=ANY,
          repair=lambda match, _subject: remedies.placeholder(match, "SECRET_KEY")),
    known("django.settings-missing", r"ImproperlyConfigured: Requested setting \S+, but settings are not configured", ("Django was not told which settings to take.", "没有告诉 Django 使用哪个设置。"), ("Set DJANGO_SETTINGS_MODULE.", "请设置 DJANGO_SETTINGS_MODULE。"), where=ANY),
    known("django.static-root", r"ImproperlyConfigured: You're using the staticfiles app without having set the STATIC_ROOT", ("collectstatic does not know where to write.", "collectstatic 不知道写到哪里。"), ("Set STATIC_ROOT in the settings.", "请在设置中指定 STATIC_ROOT。")),
    known("django.driver-missing", r"ImproperlyConfigured: Error loading (?:MySQLdb|psycopg2|psycopg2 or psycopg|cx_Oracle|oracledb) module", ("The driver of the database is not installed.", "数据库驱动没有安装。"), ("Name it in the requirements.", "请写入依赖。"), where=ANY),
    known("sqlite.cannot-open", r"OperationalError: (?:unable to open database file|attempt to write a readonly database)|SQLITE_(?:CANTOPEN|READONLY)", ("The file of SQLite is in a folder that is not there or not writable.", "SQLite 文件所在目录不存在或不可写。"),
          ("Put it on a volume.", "请放到卷上。"), where=ANY, certainty=LIKELY),
    known("django.setting-missing", r"ImproperlyConfigured: (?:Set the (?P<name>[A-Z][A-Z0-9_]+) environment variable|(?P<name2>[A-Z_]+) not found)", ("A setting is taken from a variable that is not set.", "某项设置来自未设置的变量。"), ("Give the variable.", "请提供该变量。"), where=ANY, certainty=LIKELY),
    known("python.traceback", r"^\s*(?:\w+\.)*\w*(?:Error|Exception): \S", ("The program ended by an exception of its own.", "程序因自身异常退出。"), _SOURCE, where=START, certainty=SYMPTOM),
)  # fmt: skip
