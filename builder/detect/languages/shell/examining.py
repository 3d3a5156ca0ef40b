"""What the rules for shell make of a repository of scripts: a service, a worker, a scheduled job, a job, or a tool."""

import shlex
from collections.abc import Sequence

from builder.detect.languages.shell.commands import ENTRIES, FOR_EVER, ONCE, PACKAGES, SERVICES
from builder.detect.languages.shell.schedules import Entry, entries
from builder.detect.languages.shell.scripts import Script, is_script, read, shell_of
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION, DECLARED, DEFAULT, STATED
from builder.look import Place
from builder.plan import Command, Kind, Service, Task
from core.phrase import Phrase

_FOLDERS = ("", "bin", "scripts", "src", "script")


def drafts(place: Place) -> Sequence[Draft]:
    """Return what the scripts make; several lines of a crontab are one component with several schedules."""
    known = scripts(place)
    planned = list(entries(place))
    if planned:
        return [_scheduled(place, planned)]
    entry = entry_of(place, known)
    if not entry:
        return [_collection(place, known)] if known else []
    return [_program(place, entry, known)]


def scripts(place: Place) -> tuple[str, ...]:
    """Return the scripts at the top and in the usual folders."""
    found = []
    for folder in _FOLDERS:
        for name in place.tree.names(place.file(folder) if folder else place.path):
            path = f"{folder}/{name}" if folder else name
            if is_script(place, path):
                found.append(path)
    return tuple(found)


def entry_of(place: Place, known: Sequence[str]) -> str:
    """Return the script that is started: by its name, else the only one, else the one called as its folder."""
    by_stem: dict[str, str] = {}
    for one in known:
        by_stem.setdefault(one.rpartition("/")[2].split(".")[0].lower(), one)
    for name in ENTRIES:
        if name in by_stem:
            return by_stem[name]
    upper = [one for one in known if "/" not in one]
    alone = [one for one in upper if one.split(".")[0] not in _BESIDE] or upper
    if len(alone) == 1 or (not upper and len(known) == 1):
        return (alone or list(known))[0]
    listening = [one for one in known if read(place, one).listens]
    return listening[0] if len(listening) == 1 else by_stem.get(place.name.lower(), "")


_BESIDE = frozenset({"install", "setup", "build", "test", "tests", "deploy", "lint", "uninstall", "release", "update",
                     "configure", "bootstrap", "clean", "format", "publish", "bump"})  # fmt: skip
"""Names of scripts that stand beside the program."""


def _program(place: Place, entry: str, known: Sequence[str]) -> Draft:
    draft = _begun(place, entry, _name(place, entry))
    found = read(place, entry)
    stem = entry.rpartition("/")[2].split(".")[0].lower()
    evidence = place.cite_file(entry)
    _kind(place, draft, found, stem, entry)
    why = Phrase(en=f"{entry} is the script that is started.", zh=f"{entry} 是启动脚本。")
    sure = DECLARED if stem in ENTRIES else CONVENTION
    argv = (shell_of(place, entry), entry, *_chosen(found))
    draft.start.add(Command(argv=argv), sure, "shell.start.script", why, evidence)
    _listening(place, draft, found)
    _used(place, draft, found)
    add_examples(place, draft)
    del known
    return draft


_SERVES = ("serve", "server", "start", "run", "listen", "foreground", "up")


def _chosen(found: Script) -> tuple[str, ...]:
    """Return the argument that makes a script listen: the function that does, or the usual words for it."""
    if not found.listens:
        return ()
    function = found.listens[0].function
    known = found.choices | (found.functions if found.dispatches else set())
    wanted = (function, *_SERVES) if function else _SERVES
    return next(((one,) for one in wanted if one in known), ())


def _kind(place: Place, draft: Draft, found: Script, stem: str, entry: str) -> None:
    evidence = place.cite_file(entry)
    if found.listens:
        one = found.listens[0]
        why = Phrase(en=f"{one.program} listens.", zh=f"{one.program} 会监听端口。")
        draft.kind.add(Kind.WEB, CODE, "shell.kind.listens", why, place.cite(one.file, one.line))
    elif found.endless:
        why = Phrase(en="It loops for ever.", zh="它会一直循环。")
        draft.kind.add(Kind.WORKER, CODE, "shell.kind.loop", why, place.cite(*found.endless))
    elif lasting := sorted(FOR_EVER & found.programs.keys()):
        why = Phrase(en=f"{lasting[0]} runs until it is stopped.", zh=f"{lasting[0]} 会一直运行。")
        draft.kind.add(Kind.WORKER, CODE, "shell.kind.lasting", why, place.cite(*found.programs[lasting[0]]))
    elif not found.statements:
        why = Phrase(en="It only defines functions.", zh="它只定义函数。")
        draft.kind.add(Kind.LIBRARY, CONVENTION, "shell.kind.functions", why, evidence)
    elif stem in ONCE and not found.arguments:
        why = Phrase(en="It does its work and ends.", zh="它执行完任务就结束。")
        draft.kind.add(Kind.JOB, CONVENTION, "shell.kind.job", why, evidence)
    else:
        why = Phrase(en="People call it from a terminal.", zh="它由人在终端中调用。")
        draft.kind.add(Kind.CLI, CONVENTION, "shell.kind.tool", why, evidence)


def _listening(place: Place, draft: Draft, found: Script) -> None:
    for at, one in enumerate(found.listens):
        if one.port:
            why = Phrase(en=f"{one.program} is given port {one.port}.", zh=f"{one.program} 使用端口 {one.port}。")
            draft.port.add(one.port, CODE - 0.04 * at, "shell.port.command", why, place.cite(one.file, one.line))
    if found.listens:
        why = Phrase(en="Servers of this kind usually listen there.", zh="此类服务通常监听该端口。")
        draft.port.add(8080, DEFAULT, "shell.port.usual", why)


def _scheduled(place: Place, planned: Sequence[Entry]) -> Draft:
    first = planned[0]
    draft = _begun(place, first.file, place.name or "schedule")
    why = Phrase(en=f"{first.file} runs it at times.", zh=f"{first.file} 定时运行它。")
    draft.kind.add(Kind.SCHEDULED, DECLARED, "shell.kind.crontab", why, first.evidence)
    draft.start.add(_command(place, first.line), DECLARED, "shell.start.crontab", why, first.evidence)
    for at, one in enumerate(planned, start=1):
        name = "schedule" if len(planned) == 1 else f"schedule-{at}"
        task = Task(name=name, purpose="schedule", command=_command(place, one.line), schedule=one.schedule)
        draft.tasks.add(task, STATED, "shell.task.crontab", why, one.evidence)
        for word in one.line.split():
            path = _here(place, word)
            if path:
                _used(place, draft, read(place, path))
    add_examples(place, draft)
    return draft


def _command(place: Place, line: str) -> Command:
    """Return a crontab's command; the paths of scripts of the tree are made those of the image."""
    try:
        words = shlex.split(line)
    except ValueError:
        return Command(line=line)
    if any(sign in line for sign in ("|", "&", ";", "$", ">", "<", "`", "*")):
        return Command(line=line)
    script = _here(place, words[0]) if words else ""
    return Command(argv=(shell_of(place, script), script, *words[1:])) if script else Command(argv=tuple(words))


def _here(place: Place, word: str) -> str:
    """Return the script of the tree that an absolute path of an image means, empty for none."""
    parts = word.strip("./").split("/")
    tails = ("/".join(parts[at:]) for at in range(len(parts)))
    return next((one for one in tails if one and place.has(one) and is_script(place, one)), "")


def _used(place: Place, draft: Draft, found: Script) -> None:
    for program, (file, line) in found.programs.items():
        evidence = place.cite(file, line)
        if package := PACKAGES.get(program):
            why = Phrase(en=f"It calls {program}.", zh=f"它调用 {program}。")
            draft.system_packages.add(package, CODE, "shell.packages.command", why, evidence)
        service = SERVICES.get(program)
        if service and all(one.name != service for one in draft.services):
            why = Phrase(en=f"{program} is a client of {service}.", zh=f"{program} 是 {service} 的客户端。")
            draft.services.add(Service(name=service), CODE, "shell.service.command", why, evidence)
    for one in found.reads.values():
        needed = one.required or (found.strict and one.default is None)
        add_read(draft, one.name, place.cite(one.file, one.line), default=one.default, required=needed)


def _collection(place: Place, known: Sequence[str]) -> Draft:
    draft = _begun(place, known[0], place.name or "scripts")
    why = Phrase(
        en=f"{len(known)} scripts, none of which is the one to start.", zh=f"有 {len(known)} 个脚本，没有明确的入口。"
    )
    draft.kind.add(Kind.OTHER, CONVENTION, "shell.kind.collection", why, place.cite_file(known[0]))
    return draft


def _begun(place: Place, file: str, name: str) -> Draft:
    draft = Draft(name=name, path=place.path, provider="shell", context=place.path)
    why = Phrase(en="It is made of shell scripts.", zh="它由 shell 脚本组成。")
    draft.language.add("shell", CODE, "shell.scripts", why, place.cite_file(file))
    return draft


def _name(place: Place, entry: str) -> str:
    stem = entry.rpartition("/")[2].split(".")[0]
    return place.name or stem
