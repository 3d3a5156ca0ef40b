"""Rails: server, assets, credentials, database, jobs, health; by its version."""

from builder.detect.languages.ruby.families.project import Project, framework, listens, task, volume, web, well
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION
from builder.plan import Command, Commands, Variable
from core.evidence import Evidence
from core.phrase import Phrase

_ASSETS = ("sprockets-rails", "sprockets", "propshaft", "webpacker", "shakapacker", "vite_rails", "sassc-rails",
           "sass-rails", "importmap-rails", "jsbundling-rails", "cssbundling-rails", "tailwindcss-rails")  # fmt: skip

_WORKERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sidekiq", ("bundle", "exec", "sidekiq")),
    ("good_job", ("bundle", "exec", "good_job", "start")),
    ("solid_queue", ("bundle", "exec", "rake", "solid_queue:start")),
    ("delayed_job_active_record", ("bundle", "exec", "rake", "jobs:work")),
    ("delayed_job", ("bundle", "exec", "rake", "jobs:work")),
    ("resque", ("bundle", "exec", "rake", "resque:work")),
    ("que", ("bundle", "exec", "que")),
    ("shoryuken", ("bundle", "exec", "shoryuken", "-R")),
    ("sneakers", ("bundle", "exec", "rake", "sneakers:run")),
    ("karafka", ("bundle", "exec", "karafka", "server")),
    ("clockwork", ("bundle", "exec", "clockwork", "config/clock.rb")),
)
"""By gem: how what it queues is done."""

_STORES = ("pg", "mysql2", "trilogy", "activerecord-postgis-adapter", "tiny_tds", "mongoid")


def rails(project: Project, draft: Draft) -> bool:
    """Look for a Rails application; an engine has no ``config/application.rb`` of its own."""
    place, gemfile = project.place, project.gemfile
    gem = gemfile.has("rails", "railties")
    known = place.has("config/application.rb") or (place.has("config/environment.rb") and gemfile.runs("rails"))
    if not known or not (gem or place.has("bin/rails")):
        return False
    if project.gemspec and not place.has("config.ru"):
        return False
    evidence = framework(project, draft, "rails", gem, "config/application.rb")
    release = gemfile.major(gem) if gem else ()
    modern = not release or release >= (5, 0)
    tool = "rails" if modern else "rake"
    if gemfile.runs("unicorn") and not gemfile.has("puma") and (settings := place.has("config/unicorn.rb")):
        command = Command(argv=("bundle", "exec", "unicorn", "-c", settings, "-E", "production"))
    elif release and release < (4, 0) and not place.has("bin/rails", "script/rails"):
        command = Command(line="bundle exec rackup --host 0.0.0.0 --port ${PORT:-3000} --env production")
    else:
        command = Command(line="bundle exec rails server -b 0.0.0.0 -p ${PORT:-3000} -e production")
        if modern:
            command = Command(argv=("bundle", "exec", "rails", "server", "-b", "0.0.0.0", "-e", "production"))  # noqa: S104
    web(draft, command, "ruby.rails", evidence)
    listens(project, draft, 3000, "config/puma.rb", "config/unicorn.rb")
    if gemfile.has(*_ASSETS) and (project.place.tree.has_folder(place.file("app/assets")) or place.has("package.json")):
        _assets(draft, tool, evidence)
    _secrets(project, draft, evidence)
    _store(project, draft, tool, release, evidence)
    for name, words in _WORKERS:
        if gemfile.runs(name):
            own = name == "solid_queue" and place.has("bin/jobs")
            task(draft, "worker", ("bin/jobs",) if own else words, gemfile.cite(name), name=f"worker-{name}")
    well(project, draft, "config/routes.rb")
    return True


def _assets(draft: Draft, tool: str, evidence: Evidence | None) -> None:
    draft.build.add(
        Commands(each=(Command(argv=("bundle", "exec", tool, "assets:precompile")),)),
        CODE,
        "ruby.rails.assets",
        Phrase(en="Rails makes the files that browsers load before it starts.", zh="Rails 预先生成浏览器加载的文件。"),
        evidence,
    )


def _secrets(project: Project, draft: Draft, evidence: Evidence | None) -> None:
    place = project.place
    encrypted = place.has(
        "config/credentials.yml.enc", "config/credentials/production.yml.enc", "config/secrets.yml.enc"
    )
    name = "RAILS_MASTER_KEY" if encrypted else "SECRET_KEY_BASE"
    why = (
        Phrase(en="It opens the encrypted credentials.", zh="用它解密凭据文件。")
        if encrypted
        else Phrase(en="Rails signs cookies with it.", zh="Rails 用它对 cookie 签名。")
    )
    cited = place.cite_file(encrypted) if encrypted else evidence
    secret = Variable(name=name, required=True, secret=True)
    draft.variables.add(secret, CONVENTION, "ruby.rails.secret", why, cited)


def _store(project: Project, draft: Draft, tool: str, release: tuple[int, ...], evidence: Evidence | None) -> None:
    """Add the database and its migrations, and where SQLite and uploads are kept."""
    place, gemfile = project.place, project.gemfile
    tree = place.tree
    if tree.has_folder(place.file("db/migrate")) or place.has("db/schema.rb", "db/structure.sql"):
        step = "db:prepare" if not release or release >= (6, 0) else "db:migrate"
        task(draft, "migrate", ("bundle", "exec", tool, step), evidence)
    if place.has("db/seeds.rb"):
        task(draft, "seed", ("bundle", "exec", tool, "db:seed"), place.cite_file("db/seeds.rb"))
    own = place.has("config/database.yml") and gemfile.runs("sqlite3") and not gemfile.runs(*_STORES)
    kept = Phrase(en="SQLite keeps its file there.", zh="SQLite 文件位于该处。")
    if own and release >= (7, 1):
        volume(draft, "/app/storage", "SQLite databases and uploads", kept, gemfile.cite("sqlite3"))
    elif own:
        volume(draft, "/data", "SQLite database", kept, gemfile.cite("sqlite3"))
        draft.traits.add("rails.sqlite", CONVENTION, "ruby.rails.sqlite", kept, gemfile.cite("sqlite3"))
    elif place.has("config/storage.yml"):
        why = Phrase(en="Active Storage keeps uploads there.", zh="Active Storage 把上传文件放在该处。")
        volume(draft, "/app/storage", "uploads", why, place.cite_file("config/storage.yml"))
