"""Programs that draw windows: JavaFX, Swing, Compose for Desktop, games."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.saying import add_framework, add_kind
from builder.draft import Draft
from builder.grounds import CODE
from builder.plan import Kind

_PLUGINS = {
    "javafx-maven-plugin": "javafx", "org.openjfx.javafxplugin": "javafx", "org.beryx.jlink": "javafx",
    "com.gluonhq.gluonfx-gradle-plugin": "javafx", "gluonfx-maven-plugin": "javafx",
    "edu.sc.seis.launch4j": "swing", "launch4j-maven-plugin": "swing",
}  # fmt: skip
_LIBRARIES = {
    "org.openjfx:": "javafx", "no.tornado:tornadofx": "javafx", "org.scalafx:": "javafx",
    "org.jetbrains.compose.desktop:": "compose", "com.badlogicgames.gdx:gdx-backend-lwjgl": "libgdx",
    "com.badlogicgames.gdx:gdx-backend-android": "libgdx",
    "org.lwjgl:": "lwjgl", "org.jmonkeyengine:": "jmonkeyengine", "com.formdev:flatlaf": "swing",
    "org.eclipse.swt:": "swt", "org.eclipse.platform:org.eclipse.swt": "swt", "com.github.almasb:fxgl": "javafx",
    "io.github.fvarrui:": "swing", "com.miglayout:miglayout-swing": "swing", "org.processing:core": "processing",
    "seesaw:seesaw": "swing", "cljfx:cljfx": "javafx",
}  # fmt: skip
_SERVERS = (
    "org.springframework.boot:spring-boot-starter-web", "io.ktor:ktor-server", "io.javalin:", "io.quarkus:",
    "io.micronaut:micronaut-http-server", "com.vaadin:",
)  # fmt: skip
_WORDS = {
    "import javafx.": "javafx", "javax.swing.JFrame": "swing", "javax.swing.*": "swing", "extends JFrame": "swing",
    "java.awt.Frame": "swing", "extends Application": "",
}  # fmt: skip


def screens(module: Module, draft: Draft) -> bool:
    """Say that it is a desktop application."""
    if module.uses(*_SERVERS):
        return False
    found = module.plugin(*_PLUGINS)
    library = module.uses(*_LIBRARIES)
    if found is not None or library is not None:
        evidence = found.evidence if found else library.evidence if library else None
        full = library.full if library else ""
        name = _PLUGINS[found.id] if found else next(_LIBRARIES[one] for one in _LIBRARIES if full.startswith(one))
        if module.main is None and not module.project.main_class and name != "compose":
            return False
        add_framework(draft, name, evidence)
        add_kind(draft, Kind.DESKTOP, "jvm.kind.screen", evidence)
        return True
    main = module.main
    if main is None or draft.framework.best:
        return False
    for word, name in _WORDS.items():
        if name and (file := module.sources.holds(word)):
            if any(one.sure for one in module.sources.listens) and "Server" in module.main_class:
                return False
            add_framework(draft, name, module.place.cite(file, word))
            add_kind(draft, Kind.DESKTOP, "jvm.kind.window", module.place.cite(file, word), CODE)
            return True
    return False
