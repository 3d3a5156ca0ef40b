"""What a Rust program is for: windows, firmware, plugins, bots and consumers, by the crates that it is built on."""

import re

SCREENS = frozenset(
    {
        "bevy", "cacao", "conrod", "conrod_core", "dioxus-desktop", "druid", "eframe", "egui_glow", "fltk", "floem",
        "freya", "gdk4", "ggez", "gio", "glium", "glow_glutin", "glutin", "gpui", "gtk", "gtk4", "iced", "libadwaita",
        "macroquad", "makepad-widgets", "minifb", "miniquad", "native-windows-gui", "nannou", "pixels", "piston",
        "piston_window", "qmetaobject", "raylib", "relm4", "rui", "sdl2", "sdl3", "sixtyfps", "slint", "softbuffer",
        "tao", "tauri", "vizia", "web-view", "winit", "wry", "xilem", "amethyst", "fyrox", "smithay",
        "smithay-client-toolkit",
    }
)  # fmt: skip
"""Crates that open windows."""

WINDOWS = frozenset(
    {"fltk-sys", "glfw", "glutin", "gtk-sys", "gtk4-sys", "minifb", "sdl2-sys", "sdl3-sys", "tao", "winit"}
)
"""Crates below those: what a program links that opens windows by a crate that is not known."""

FIRMWARE = frozenset(
    {
        "cortex-m", "cortex-m-rt", "riscv-rt", "esp-hal", "esp-idf-hal", "esp-idf-svc", "esp-idf-sys", "esp32-hal",
        "avr-device", "arduino-hal", "embassy-executor", "embassy-stm32", "embassy-nrf", "embassy-rp", "nrf-softdevice",
        "rp2040-hal", "rp235x-hal", "stm32f4xx-hal", "stm32f1xx-hal", "bootloader", "bootloader_api", "uefi",
    }
)  # fmt: skip
"""Crates of programs that run on bare machines."""

HOSTED = frozenset(
    {
        "lambda_runtime", "lambda_http", "worker", "fastly", "spin-sdk", "anchor-lang", "solana-program", "near-sdk",
        "cosmwasm-std", "ink", "zed_extension_api", "godot", "gdnative", "proxy-wasm", "extism-pdk", "pgrx", "nvim-oxi",
        "soroban-sdk", "pallet-balances", "aya-ebpf", "nih_plug", "vst",
    }
)  # fmt: skip
"""Crates of what another system loads and runs: functions, contracts, extensions."""

BOTS = frozenset(
    {
        "apalis", "discord", "frankenstein", "irc", "kameo", "matrix-sdk", "poise", "serenity", "songbird",
        "telegram-bot", "teloxide", "tgbot", "twilight-gateway", "twitch-irc", "fang", "faktory", "sidekiq",
        "rusty-sidekiq", "tokio-cron-scheduler", "clokwerk", "job_scheduler", "kube",
    }
)  # fmt: skip
"""Crates of what runs for ever without being called: bots, workers, schedulers, operators."""

CONSUMERS = frozenset(
    {"lapin", "amqprs", "rdkafka", "rskafka", "kafka", "async-nats", "nats", "pulsar", "paho-mqtt", "rumqttc", "samsa"}
)
"""Clients of queues: a program that uses one and has no command line consumes from it, most likely."""

COMMAND_LINES = frozenset(
    {
        "argh", "argp", "bpaf", "clap", "clap_derive", "docopt", "getopts", "gumdrop", "lexopt", "palc", "pico-args",
        "structopt", "xflags",
    }
)  # fmt: skip
"""Crates that read command lines."""

TERMINALS = frozenset({"crossterm", "cursive", "ratatui", "termion", "tui", "rustyline", "dialoguer", "inquire"})

SERVES = ("serve", "server", "start", "run", "web", "http", "api", "listen", "daemon", "up", "launch", "service")
"""Names of the subcommand that serves, the likeliest first."""

OPERATES = frozenset(
    {
        *SERVES, "migrate", "migrations", "migration", "db", "database", "seed", "user", "users", "admin", "worker",
        "config", "version", "help", "check", "healthcheck", "health", "init", "setup", "cron", "reset", "openapi",
        "schema", "import", "export", "backup", "restore", "completions", "completion", "task", "tasks", "jobs", "job",
        "scheduler", "routes", "doctor", "generate-config", "print-config", "create-user", "create-admin", "token",
        "tokens", "hash-password", "generate-key", "keygen", "cleanup", "gc", "prune", "reindex", "status", "info",
        "stop", "restart", "reload", "ps", "log", "logs", "self", "update", "upgrade",
        "standalone", "all", "dev", "prod", "test", "validate", "rotate-keys", "bootstrap", "install", "uninstall",
    }
)  # fmt: skip
"""Names of subcommands that a server has beside serving: what people do to operate it."""


_SERVER = re.compile(r"(^|[-_])(server|srv|api|backend|web|webapp|daemon|gateway|proxy|httpd|service)([-_]|$)|server$")


def is_called_server(name: str) -> bool:
    """Say whether a program is called a server: then serving is what it is for."""
    return _SERVER.search(name.lower()) is not None


def serving_subcommand(subcommands: list[str]) -> str:
    """Return the subcommand that serves, empty for none."""
    return next((one for one in SERVES if one in subcommands), "")


def is_tool(subcommands: list[str]) -> bool:
    """Say whether most subcommands do work of their own, so that serving is one use among many."""
    named = [one for one in subcommands if one != "help"]
    other = [one for one in named if one not in OPERATES]
    return len(named) > 1 and len(other) * 2 >= len(named)
