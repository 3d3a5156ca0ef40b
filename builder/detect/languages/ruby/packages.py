"""What gems take on Debian: to be compiled, and to run."""

from builder.detect.languages.ruby.gemfile import Gemfile
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from core.phrase import Phrase

PACKAGES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "charlock_holmes": (("libicu-dev", "zlib1g-dev"), ("libicu72",)),
    "curb": (("libcurl4-openssl-dev",), ("libcurl4",)),
    "ffi": (("libffi-dev",), ("libffi8",)),
    "idn-ruby": (("libidn-dev",), ("libidn12",)),
    "image_processing": ((), ("libvips42",)),
    "ruby-vips": ((), ("libvips42",)),
    "mini_magick": ((), ("imagemagick",)),
    "rmagick": (("libmagickwand-dev",), ("libmagickwand-6.q16-6",)),
    "mysql2": (("default-libmysqlclient-dev",), ("libmariadb3",)),
    "nokogiri": (("libxml2-dev", "libxslt1-dev"), ("libxml2", "libxslt1.1")),
    "pg": (("libpq-dev",), ("libpq5",)),
    "psych": (("libyaml-dev",), ("libyaml-0-2",)),
    "rugged": (("cmake", "libssl-dev"), ()),
    "snappy": (("libsnappy-dev",), ("libsnappy1v5",)),
    "sqlite3": (("libsqlite3-dev",), ("libsqlite3-0",)),
    "streamio-ffmpeg": ((), ("ffmpeg",)),
    "tiny_tds": (("freetds-dev",), ("libsybdb5",)),
    "unf_ext": ((), ()),
    "wicked_pdf": ((), ("wkhtmltopdf",)),
    "ffi-rzmq": (("libzmq3-dev",), ("libzmq5",)),
    "ruby-filemagic": (("libmagic-dev",), ("libmagic1",)),
    "ruby-ldap": (("libldap2-dev",), ("libldap-2.5-0",)),
    "gpgme": (("libgpgme-dev",), ("libgpgme11",)),
}
"""By gem: Debian packages that building needs, and that running needs."""

ALWAYS = ("build-essential", "git", "libyaml-dev", "pkg-config")
"""What compiling the usual gems takes."""

JAVASCRIPT = (
    "execjs", "uglifier", "coffee-rails", "coffee-script", "autoprefixer-rails", "webpacker", "shakapacker", "terser",
    "babel-transpiler", "react-rails", "jsbundling-rails", "cssbundling-rails", "vite_rails", "vite_ruby",
)  # fmt: skip
"""Gems that run JavaScript while assets are built."""


def packages(gemfile: Gemfile, draft: Draft) -> None:
    """Add the Debian packages."""
    for name in ALWAYS:
        why = Phrase(en="Gems with C in them are compiled.", zh="含 C 代码的 gem 需要编译。")
        draft.build_packages.add(name, CONVENTION, "ruby.packages.build", why)
    for gem, (build, run) in PACKAGES.items():
        if not gemfile.has(gem):
            continue
        evidence = gemfile.cite(gem)
        why = Phrase(en=f"{gem} needs it.", zh=f"{gem} 需要它。")
        for one in build:
            draft.build_packages.add(one, DECLARED, "ruby.packages.gem", why, evidence)
        for one in run:
            draft.system_packages.add(one, DECLARED, "ruby.packages.gem", why, evidence)
