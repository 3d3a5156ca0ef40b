"""Programs with windows (Tk, Qt, GTK, Kivy, pygame) and those for telephones: they need a screen."""

from collections.abc import Iterator

from builder.detect.languages.python.found import Facts, Found
from builder.grounds import CODE, DECLARED
from builder.plan import Kind
from core.phrase import Phrase

SCREENS = (
    "tkinter", "Tkinter", "customtkinter", "ttkbootstrap", "PyQt5", "PyQt6", "PyQt4", "PySide2", "PySide6", "PySide",
    "wx", "gi.repository.Gtk", "gi.repository.Adw", "gtk", "kivy", "kivymd", "pygame", "arcade", "pyglet",
    "dearpygui", "PySimpleGUI",
    "FreeSimpleGUI", "toga", "turtle", "ursina", "panda3d", "direct.showbase", "raylib", "pyray", "webview", "qtpy",
    "vtkmodules", "rumps", "pystray", "pynput", "pyautogui", "pgzrun", "pyxel", "guizero", "remi_gui", "textual_dev",
)  # fmt: skip
_DISTRIBUTIONS = (
    "pyqt5", "pyqt6", "pyside2", "pyside6", "wxpython", "kivy", "kivymd", "pygame", "pygame-ce", "arcade",
    "pygobject", "customtkinter", "ttkbootstrap", "dearpygui", "pysimplegui", "toga", "ursina", "panda3d",
    "pywebview", "pyglet", "pyxel",
)  # fmt: skip
_PHONES = ("buildozer.spec", "pysidedeploy.spec")


def find(facts: Facts) -> Iterator[Found]:
    """Tell a program that draws on a screen."""
    phone = facts.place.has(*_PHONES)
    asked = facts.manifest.has(*_DISTRIBUTIONS)
    optional = "" if asked else facts.manifest.asks(*_DISTRIBUTIONS)
    for module in facts.program.mentions(*SCREENS):
        package = module.uses(*SCREENS)
        if not package or (optional and not facts.manifest.gui_scripts):
            continue
        starts = module.main or module.works or asked or facts.manifest.gui_scripts
        if starts:
            why = Phrase(
                en=f"{module.file} draws on a screen with {package}.", zh=f"{module.file} 用 {package} 绘制界面。"
            )
            yield Found(
                kind=Kind.MOBILE if phone else Kind.DESKTOP,
                framework=package.partition(".")[0].lower(),
                rank=50,
                confidence=CODE if module.main or module.works else CODE - 0.1,
                rule="python.kind.screen",
                why=why,
                evidence=facts.place.cite(module.file, package.partition(".")[0]),
                file=module.file,
            )
            return
    if facts.manifest.gui_scripts:
        name = next(iter(facts.manifest.gui_scripts))
        why = Phrase(en=f"{name} is declared as a program with windows.", zh=f"{name} 声明为图形界面程序。")
        yield Found(
            kind=Kind.DESKTOP,
            framework="",
            rank=55,
            confidence=DECLARED,
            rule="python.kind.gui-script",
            why=why,
            evidence=facts.place.cite(facts.manifest.file, name) if facts.manifest.file else None,
        )
