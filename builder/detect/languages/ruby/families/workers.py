"""Programs that run for ever without a port: consumers of queues, bots."""

from builder.detect.languages.ruby.families.project import Project, framework
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION
from builder.plan import Command, Kind
from core.phrase import Phrase

_QUEUES: dict[str, tuple[str, ...]] = {
    "karafka": ("karafka", "server"),
    "sidekiq": ("sidekiq", "-r"),
    "shoryuken": ("shoryuken", "-r"),
    "resque": ("rake", "resque:work"),
    "sneakers": ("rake", "sneakers:run"),
    "hutch": ("hutch",),
    "racecar": ("racecar",),
    "clockwork": ("clockwork",),
    "faktory_worker_ruby": ("faktory-worker", "-r"),
}
_BOTS = ("discordrb", "telegram-bot-ruby", "slack-ruby-bot", "slack-ruby-client", "cinch", "lita", "twitter",
         "rufus-scheduler", "mqtt", "eventmachine", "bunny", "nats-pure")  # fmt: skip
_MAIN = ("bot.rb", "worker.rb", "main.rb", "app.rb", "run.rb", "clock.rb", "karafka.rb", "consumer.rb", "index.rb",
         "boot.rb", "environment.rb", "config/environment.rb", "config/boot.rb", "lib/worker.rb", "src/main.rb",
         "workers.rb", "jobs.rb", "bin/bot", "bin/run", "bin/start")  # fmt: skip


def worker(project: Project, draft: Draft) -> bool:
    """Look for a worker or a bot."""
    if project.gemspec:
        return False
    place, gemfile = project.place, project.gemfile
    gem = gemfile.runs(*_QUEUES, *_BOTS)
    if not gem:
        return False
    top = [one for one in project.files if "/" not in one and one not in {"Rakefile", "config.rb"}]
    main = place.has(*_MAIN) or (top[0] if len(top) == 1 else "")
    if gem == "lita" and place.has("lita_config.rb"):
        words: tuple[str, ...] = ("lita",)
    elif gem in _QUEUES:
        words = _QUEUES[gem]
        words = (*words, f"./{main}") if words[-1] == "-r" and main else (*words, main) if gem == "clockwork" else words
    else:
        words = ("ruby", main)
    if not main and (gem in _BOTS or words[-1] == "-r") and gem != "lita":
        return False
    evidence = framework(project, draft, gem, gem)
    why = Phrase(en=f"{gem} waits for work and does not end.", zh=f"{gem} 持续等待任务，不会结束。")
    draft.kind.add(Kind.WORKER, CODE, "ruby.worker.kind", why, evidence)
    command = Command(argv=(*project.prefix, *words))
    started = Phrase(en=f"`{command.text}` starts it.", zh=f"由 `{command.text}` 启动。")
    draft.start.add(command, CONVENTION, "ruby.worker.start", started, evidence)
    return True
