"""WordPress: a tree with its core, and Bedrock, which gets the core by Composer."""

from posixpath import join

from builder.detect.languages.php.extensions import usual
from builder.detect.languages.php.families.project import PUBLIC, Project, framework, public_of, serve, volume
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION
from builder.plan import Service, Variable
from core.evidence import Evidence
from core.phrase import Phrase

_CORE = ("johnpbloch/wordpress", "johnpbloch/wordpress-core", "roots/wordpress", "roots/wordpress-no-content",
         "pantheon-systems/wordpress-composer")  # fmt: skip

KEYS = ("AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY", "AUTH_SALT", "SECURE_AUTH_SALT",
        "LOGGED_IN_SALT", "NONCE_SALT")  # fmt: skip
STORE = ("DB_HOST", "DB_NAME", "DB_USER", "DB_PASSWORD")


def wordpress(project: Project, draft: Draft) -> bool:
    """Look for a site, not for a theme or a plugin."""
    place, composer = project.place, project.composer
    core = next((one for one in ("", *PUBLIC) if place.has(join(one, "wp-includes/version.php"))), None)
    if core is not None and place.has(join(core, "index.php")):
        evidence = framework(project, draft, "wordpress", mark=join(core, "wp-includes/version.php"))
        _site(draft, core, join("/app", core, "wp-content/uploads"), evidence)
        if not place.has(join(core, "wp-config.php")):
            _variables(draft, evidence)
        return True
    package = composer.first(*_CORE)
    public = public_of(project)
    if not package or composer.type.startswith("wordpress-"):
        return False
    if public is None:
        given = composer.extra.get("wordpress-install-dir", "wordpress")
        public = given.strip("./") if isinstance(given, str) else "wordpress"
    evidence = framework(project, draft, "wordpress", package)
    content = next((one for one in ("app", "wp-content", "content") if project.holds(f"{public}/{one}")), "wp-content")
    _site(draft, public, f"/app/{public}/{content}/uploads".replace("//", "/"), evidence)
    return True


def _site(draft: Draft, public: str, uploads: str, evidence: Evidence | None) -> None:
    serve(draft, public, evidence)
    usual(draft, ("mysqli", "gd", "exif", "intl", "zip"), "WordPress", evidence)
    why = Phrase(en="WordPress keeps its content in MySQL.", zh="WordPress 的内容保存在 MySQL 中。")
    draft.services.add(Service(name="mysql"), CODE, "php.wordpress.store", why, evidence)
    kept = Phrase(en="Uploaded media lie there.", zh="上传的媒体位于该处。")
    volume(draft, uploads, "uploads", kept, evidence)


def _variables(draft: Draft, evidence: Evidence | None) -> None:
    """Add the variables of the wp-config.php that the image is given, since the tree has none."""
    draft.traits.add(
        "wordpress.configure", CONVENTION, "php.wordpress.configure",
        Phrase(en="There is no wp-config.php: one that reads variables is made.",
               zh="没有 wp-config.php：会生成一个读取环境变量的配置。"), evidence,
    )  # fmt: skip
    for name in (*STORE, *KEYS):
        draft.variables.add(
            Variable(
                name=f"WORDPRESS_{name}", required=name in STORE, secret=name not in {"DB_HOST", "DB_NAME", "DB_USER"}
            ),
            CONVENTION,
            "php.wordpress.variable",
            Phrase(en=f"The configuration reads WORDPRESS_{name}.", zh=f"配置读取 WORDPRESS_{name}。"),
            evidence,
        )
