"""Debian packages that Python distributions need: libraries to run, compilers and headers where no wheel exists."""

import re

from packaging.version import InvalidVersion, Version

from builder.detect.languages.python.manifest import Manifest
from builder.detect.languages.python.requirements import Dependency
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from builder.look import Place
from core.phrase import Phrase

RUNNING: dict[str, tuple[str, ...]] = {
    "psycopg2": ("libpq5",), "psycopg": ("libpq5",), "psycopg-c": ("libpq5",), "aiopg": (),
    "mysqlclient": ("libmariadb3",), "flask-mysqldb": ("libmariadb3",), "mariadb": ("libmariadb3",),
    "opencv-python": ("libgl1", "libglib2.0-0"), "opencv-contrib-python": ("libgl1", "libglib2.0-0"),
    "ultralytics": ("libgl1", "libglib2.0-0"),
    "weasyprint": ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
    "django-weasyprint": ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"), "pycairo": ("libcairo2",),
    "cairosvg": ("libcairo2",), "cairocffi": ("libcairo2",), "xhtml2pdf": ("libcairo2",),
    "pdf2image": ("poppler-utils",), "pytesseract": ("tesseract-ocr",), "tesserocr": ("tesseract-ocr",),
    "ocrmypdf": ("tesseract-ocr", "ghostscript"), "pydub": ("ffmpeg",), "moviepy": ("ffmpeg",),
    "ffmpeg-python": ("ffmpeg",), "openai-whisper": ("ffmpeg",), "whisper": ("ffmpeg",), "yt-dlp": ("ffmpeg",),
    "youtube-dl": ("ffmpeg",), "ffmpy": ("ffmpeg",), "torchaudio": ("libsndfile1",), "librosa": ("libsndfile1",),
    "soundfile": ("libsndfile1",), "pyaudio": ("libportaudio2",), "sounddevice": ("libportaudio2",),
    "python-magic": ("libmagic1",), "pdfkit": ("wkhtmltopdf",), "imgkit": ("wkhtmltopdf",), "pyzbar": ("libzbar0",),
    "graphviz": ("graphviz",), "pygraphviz": ("graphviz",), "pydot": ("graphviz",), "pydotplus": ("graphviz",),
    "gitpython": ("git",), "wand": ("libmagickwand-6.q16-6",), "pyodbc": ("unixodbc",), "aioodbc": ("unixodbc",),
    "python-ldap": ("libldap-2.5-0", "libsasl2-2"), "django-auth-ldap": ("libldap-2.5-0",), "gdal": ("libgdal32",),
    "pygdal": ("libgdal32",), "geodjango": ("libgdal32",), "dlib": ("libopenblas0",),
    "face-recognition": ("libopenblas0",), "lightgbm": ("libgomp1",), "xgboost": ("libgomp1",),
    "pylibmc": ("libmemcached11",), "selenium": ("chromium", "chromium-driver"), "pyppeteer": ("chromium",),
    "discord-py": (), "pynacl": (), "pyopengl": ("libgl1",), "pyrender": ("libgl1", "libosmesa6"), "rtree": (),
    "textract": ("poppler-utils",), "unstructured": ("libmagic1", "poppler-utils"),
    "uwsgi": ("libpcre2-8-0", "libxml2"), "python-snappy": ("libsnappy1v5",), "pyvips": ("libvips42",),
    "py-zbar": ("libzbar0",), "camelot-py": ("ghostscript",), "ghostscript": ("ghostscript",), "pycurl": (),
    "xmlsec": ("libxmlsec1-openssl",), "python3-saml": ("libxmlsec1-openssl",), "rpy2": ("r-base-core",),
    "pyscard": ("libpcsclite1",),
}  # fmt: skip
"""Needed while running. OpenCV's headless form needs none."""

BUILDING: dict[str, tuple[str, ...]] = {
    "psycopg2": ("gcc", "libc6-dev", "libpq-dev"), "psycopg-c": ("gcc", "libc6-dev", "libpq-dev"),
    "mysqlclient": ("gcc", "libc6-dev", "default-libmysqlclient-dev", "pkg-config"),
    "flask-mysqldb": ("gcc", "libc6-dev", "default-libmysqlclient-dev", "pkg-config"),
    "mariadb": ("gcc", "libc6-dev", "libmariadb-dev"),
    "pycairo": ("gcc", "libc6-dev", "libcairo2-dev", "pkg-config"),
    "xhtml2pdf": ("gcc", "libc6-dev", "libcairo2-dev", "pkg-config"),
    "pyaudio": ("gcc", "libc6-dev", "portaudio19-dev"),
    "pygraphviz": ("gcc", "libc6-dev", "libgraphviz-dev", "pkg-config"),
    "python-ldap": ("gcc", "libc6-dev", "libldap2-dev", "libsasl2-dev"),
    "django-auth-ldap": ("gcc", "libc6-dev", "libldap2-dev", "libsasl2-dev"),
    "uwsgi": ("gcc", "libc6-dev", "libpcre2-dev"), "gdal": ("g++", "libgdal-dev"), "pygdal": ("g++", "libgdal-dev"),
    "dlib": ("g++", "cmake", "make", "libopenblas-dev"),
    "face-recognition": ("g++", "cmake", "make", "libopenblas-dev"),
    "pylibmc": ("gcc", "libc6-dev", "libmemcached-dev", "zlib1g-dev"),
    "tesserocr": ("g++", "libtesseract-dev", "libleptonica-dev", "pkg-config"),
    "bjoern": ("gcc", "libc6-dev", "libev-dev"), "pyscard": ("gcc", "libc6-dev", "swig", "libpcsclite-dev"),
    "rpy2": ("gcc", "libc6-dev", "r-base-dev"), "crcmod": ("gcc", "libc6-dev"), "netifaces": ("gcc", "libc6-dev"),
    "pycrypto": ("gcc", "libc6-dev"), "python-levenshtein": (), "fasttext": ("g++",),
    "pybluez": ("gcc", "libbluetooth-dev"), "pyre2": ("g++", "libre2-dev"), "jpype1": (), "annoy": ("g++",),
    "hdbscan": (), "spidev": ("gcc", "libc6-dev"), "rpi-gpio": ("gcc", "libc6-dev"),
    "mysql-python": ("gcc", "libc6-dev", "default-libmysqlclient-dev"),
    "m2crypto": ("gcc", "libc6-dev", "swig", "libssl-dev"),
    "pygobject": ("gcc", "libgirepository1.0-dev", "libcairo2-dev", "pkg-config"),
}  # fmt: skip
"""Needed to compile what the index has no wheel of."""

_OLD_WHEELS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "pillow": ("6.0", ("libjpeg62-turbo", "zlib1g", "libfreetype6"),
               ("gcc", "libc6-dev", "libjpeg62-turbo-dev", "zlib1g-dev", "libfreetype-dev")),
    "lxml": ("3.5", ("libxml2", "libxslt1.1"), ("gcc", "libc6-dev", "libxml2-dev", "libxslt1-dev")),
    "pycurl": ("7.45.3", ("libcurl4",), ("gcc", "libc6-dev", "libcurl4-openssl-dev", "libssl-dev")),
    "xmlsec": ("1.3.14", ("libxmlsec1-openssl",), ("gcc", "libc6-dev", "libxmlsec1-dev", "pkg-config")),
    "python-snappy": ("0.7.0", ("libsnappy1v5",), ("g++", "libsnappy-dev")),
    "rtree": ("0.9.5", ("libspatialindex-c6",), ()), "pyodbc": ("4.0.35", ("unixodbc",), ("g++", "unixodbc-dev")),
    "gevent": ("1.4", (), ("gcc", "libc6-dev")), "greenlet": ("0.4.17", (), ("gcc", "libc6-dev")),
    "markupsafe": ("1.1.0", (), ("gcc", "libc6-dev")),
    "cffi": ("1.0", ("libffi8",), ("gcc", "libc6-dev", "libffi-dev")),
    "cryptography": ("2.0", (), ("gcc", "libc6-dev", "libffi-dev", "libssl-dev")),
}  # fmt: skip
"""By distribution: before this release it has no wheels for Linux."""


def add_packages(place: Place, manifest: Manifest, draft: Draft) -> None:
    """Add the Debian packages of the distributions that running needs."""
    for name, held in manifest.dependencies.items():
        if name == "psycopg" and {"binary"} & set(held.extras):
            continue
        running = RUNNING.get(name, ())
        building = () if name == "psycopg" and "c" not in held.extras else BUILDING.get(name, ())
        if name == "psycopg" and "c" in held.extras:
            building = BUILDING["psycopg-c"]
        if name in _OLD_WHEELS and _older(held, _OLD_WHEELS[name][0]):
            _, more, headers = _OLD_WHEELS[name]
            running, building = (*running, *more), headers
        _add(place, draft, held, running, building)
        if held.address.startswith(("git+", "git@")) or "git+" in held.address:
            why = Phrase(
                en=f"{name or held.address} is fetched with git.", zh=f"{name or held.address} 通过 git 获取。"
            )
            draft.build_packages.add("git", DECLARED, "python.packages.git", why, held.cite(place))
    if any(name in manifest.dependencies for name in ("dlib", "face-recognition")):
        return
    for held in manifest.dependencies.values():
        if held.address.endswith((".tar.gz", ".zip")):
            why = Phrase(en=f"{held.address} is built from source.", zh=f"{held.address} 需从源码构建。")
            draft.build_packages.add("gcc", CONVENTION, "python.packages.source", why, held.cite(place))


def _add(place: Place, draft: Draft, held: Dependency, running: tuple[str, ...], building: tuple[str, ...]) -> None:
    for package in running:
        why = Phrase(en=f"{held.name} calls it.", zh=f"{held.name} 运行时需要它。")
        draft.system_packages.add(package, CONVENTION, "python.packages.running", why, held.cite(place))
    for package in building:
        why = Phrase(en=f"{held.name} is compiled.", zh=f"{held.name} 需要编译。")
        draft.build_packages.add(package, CONVENTION, "python.packages.building", why, held.cite(place))


def _older(held: Dependency, than: str) -> bool:
    if not held.pinned or not re.match(r"\d", held.pinned):
        return False
    try:
        return Version(held.pinned) < Version(than)
    except InvalidVersion:
        return False
