"""Programs that need a screen or a telephone: Electron, Tauri, React Native, Expo, Capacitor and others."""

from builder.detect.languages.node.seen import Seen
from builder.detect.languages.node.starting import chosen
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Kind
from core.phrase import Phrase

_DESKTOP = (
    "electron", "electron-nightly", "nw", "@electron-forge/cli", "electron-vite", "@neutralinojs/lib",
    "electron-prebuilt", "@nodegui/nodegui", "electron-builder", "@neutralinojs/neu", "electrobun",
)  # fmt: skip
_MOBILE = (
    "react-native",
    "expo",
    "nativescript",
    "@nativescript/core",
    "cordova",
    "tns-core-modules",
    "@lynx-js/react",
)
_HYBRID = (
    "@capacitor/core",
    "cordova-android",
    "cordova-ios",
    "@ionic/react",
    "@ionic/angular",
    "@ionic/vue",
    "ionic-angular",
)


def examine(seen: Seen) -> bool:
    """Add that it is for screens or telephones, if it is."""
    return _desktop(seen) or _mobile(seen)


def _desktop(seen: Seen) -> bool:
    name = seen.package.has(*_DESKTOP)
    tauri = seen.package.has("@tauri-apps/cli", "@tauri-apps/api")
    folder = seen.place.tree.has_folder(seen.path("src-tauri"))
    if not name and not (tauri and folder):
        return False
    if name and name in seen.package.peers:
        return False
    runs = any(
        seen.runs(tool)
        for tool in (
            "electron",
            "electron-forge",
            "electron-builder",
            "electron-vite",
            "nw",
            "neu",
            "electrobun",
            "qode",
            "electron-packager",
        )
    )
    built = bool({"build"} & set(seen.package.data)) and bool(seen.package.table("build").get("appId"))
    served = next((one for one in chosen(seen) if one.told and one.script in {"start", "start:prod"}), None)
    if served is not None and not seen.runs("electron"):
        return False
    told = runs or built or tauri or seen.package.has("@electron-forge/cli") or seen.package.word("main")
    if not told:
        return False
    why = Phrase(en=f"{name or tauri} opens windows.", zh=f"{name or tauri} 会打开窗口。")
    seen.kind(Kind.DESKTOP, DECLARED, "desktop", why, seen.dependency(name or tauri))
    seen.framework(
        "electron" if "electron" in name else "tauri" if tauri and not name else name,
        DECLARED,
        seen.dependency(name or tauri),
    )
    return True


def _mobile(seen: Seen) -> bool:
    name = seen.package.needs(*_MOBILE)
    native = any(seen.place.tree.has_folder(seen.path(one)) for one in ("android", "ios")) or bool(
        seen.place.has("app.json", "app.config.js", "app.config.ts", "metro.config.js")
    )
    runs = any(seen.runs(tool) for tool in ("expo", "react-native", "ns", "tns", "cordova", "rnx-cli"))
    if name and name not in seen.package.peers and (native or runs or name == "expo"):
        why = Phrase(en=f"{name} makes applications for telephones.", zh=f"{name} 用于构建手机应用。")
        seen.kind(Kind.MOBILE, DECLARED, "mobile", why, seen.dependency(name))
        seen.framework("expo" if seen.package.needs("expo") else name, DECLARED, seen.dependency(name))
        return True
    hybrid = seen.package.has(*_HYBRID)
    folders = any(seen.place.tree.has_folder(seen.path(one)) for one in ("android", "ios", "platforms"))
    settings = seen.place.has(
        "capacitor.config.ts", "capacitor.config.json", "ionic.config.json", "config.xml", "capacitor.config.js"
    )
    if hybrid and settings and (folders or "ionic" in hybrid or seen.place.has("ionic.config.json", "config.xml")):
        why = Phrase(en=f"{hybrid} packs it for telephones.", zh=f"{hybrid} 将其打包为手机应用。")
        seen.kind(Kind.MOBILE, CONVENTION + 0.1, "mobile", why, seen.dependency(hybrid))
        seen.framework(
            "ionic" if seen.place.has("ionic.config.json") else "capacitor", DECLARED, seen.dependency(hybrid)
        )
        return True
    return False
