"""Servers in C and C++: the libraries that they are built on, and the port that they are given."""

from collections.abc import Iterable
from dataclasses import dataclass

from builder.detect.languages.cpp.lexer import Call, Source, calls


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library that servers are built on: headers that tell it, calls that make a server of its user."""

    name: str
    headers: tuple[str, ...]
    calls: frozenset[str]
    port: int = 8080


LIBRARIES: tuple[Library, ...] = (
    Library(name="drogon", headers=("drogon/",), calls=frozenset({"run", "addListener", "app"}), port=5555),
    Library(name="crow", headers=("crow.h", "crow/", "crow_all.h"),
            calls=frozenset({"CROW_ROUTE", "port", "SimpleApp"}), port=18080),
    Library(name="oat++", headers=("oatpp",), calls=frozenset({"createShared", "Server"}), port=8000),
    Library(name="cpp-httplib", headers=("httplib.h",),
            calls=frozenset({"listen", "bind_to_port", "listen_after_bind"})),
    Library(name="pistache", headers=("pistache/",), calls=frozenset({"serve", "serveThreaded", "Endpoint", "init"}),
            port=9080),
    Library(name="restinio", headers=("restinio/",), calls=frozenset({"run", "run_async", "on_this_thread"})),
    Library(name="cpprestsdk", headers=("cpprest/http_listener.h",), calls=frozenset({"http_listener", "open"})),
    Library(name="restbed", headers=("restbed", "restbed/"), calls=frozenset({"start", "publish"}), port=80),
    Library(name="userver", headers=("userver/",), calls=frozenset({"DaemonMain"})),
    Library(name="cinatra", headers=("cinatra",), calls=frozenset({"coro_http_server", "http_server", "sync_start"}),
            port=9001),
    Library(name="lithium", headers=("lithium",), calls=frozenset({"http_serve"})),
    Library(name="workflow", headers=("workflow/WFHttpServer.h", "workflow/WFServer.h"), calls=frozenset({"start"}),
            port=8888),
    Library(name="uwebsockets", headers=("App.h", "uWS/", "uwebsockets/"), calls=frozenset({"listen"}), port=9001),
    Library(name="wt", headers=("Wt/",), calls=frozenset({"WRun", "WServer"})),
    Library(name="cppcms", headers=("cppcms/",), calls=frozenset({"service", "run"})),
    Library(name="poco", headers=("Poco/Net/HTTPServer.h", "Poco/Net/TCPServer.h", "Poco/Net/ServerSocket.h"),
            calls=frozenset({"ServerSocket", "HTTPServer", "TCPServer"}), port=9980),
    Library(name="qt-httpserver", headers=("QHttpServer", "QtHttpServer", "QTcpServer"), calls=frozenset({"listen"})),
    Library(name="websocketpp", headers=("websocketpp/server.hpp", "websocketpp/config/asio"),
            calls=frozenset({"listen", "start_accept"}), port=9002),
    Library(name="grpc", headers=("grpcpp/", "grpc++/"), calls=frozenset({"AddListeningPort", "ServerBuilder"}),
            port=50051),
    Library(name="boost.beast", headers=("boost/beast",), calls=frozenset({"acceptor", "acceptor_", "make_acceptor"})),
    Library(name="asio", headers=("boost/asio", "asio.hpp", "asio/"), calls=frozenset({"acceptor", "acceptor_"})),
    Library(name="libmicrohttpd", headers=("microhttpd.h",), calls=frozenset({"MHD_start_daemon"})),
    Library(name="ulfius", headers=("ulfius.h",), calls=frozenset({"ulfius_start_framework"})),
    Library(name="mongoose", headers=("mongoose.h",), calls=frozenset({"mg_http_listen", "mg_listen", "mg_bind"}),
            port=8000),
    Library(name="civetweb", headers=("civetweb.h", "CivetServer.h"), calls=frozenset({"mg_start", "mg_start2",
            "CivetServer"})),
    Library(name="libwebsockets", headers=("libwebsockets.h",), calls=frozenset({"lws_create_context"}), port=7681),
    Library(name="libevent", headers=("event2/http.h", "evhttp.h", "event2/listener.h"),
            calls=frozenset({"evhttp_bind_socket", "evhttp_bind_socket_with_handle", "evconnlistener_new_bind"})),
    Library(name="libuv", headers=("uv.h",), calls=frozenset({"uv_listen"}), port=7000),
    Library(name="h2o", headers=("h2o.h",), calls=frozenset({"h2o_context_init"}), port=7890),
    Library(name="onion", headers=("onion/",), calls=frozenset({"onion_listen"})),
    Library(name="zeromq", headers=("zmq.h", "zmq.hpp"), calls=frozenset({"zmq_bind", "bind"}), port=5555),
)  # fmt: skip
"""In the order in which they are preferred."""

SCREENS = (
    "QApplication", "QtWidgets", "QGuiApplication", "QQmlApplicationEngine", "QMainWindow", "QWidget", "SDL.h",
    "SDL2/SDL.h", "SDL3/SDL.h", "SFML/Graphics", "SFML/Window", "GLFW/", "GL/glut.h", "GL/freeglut.h", "GL/glew.h",
    "glad/", "gtk/gtk.h", "gtkmm", "wx/", "raylib.h", "allegro5/", "imgui.h", "FL/", "X11/Xlib.h",
    "xcb/xcb.h", "wayland-client.h", "adwaita.h", "juce", "JuceHeader.h", "ncpp/", "vulkan/vulkan.h",
    "wlr/", "opencv2/highgui", "irrlicht.h", "cinder/", "ofMain.h",
)  # fmt: skip
"""Headers of what opens windows."""

READS = frozenset({"getenv", "secure_getenv", "qgetenv", "qEnvironmentVariable"})
_SOCKET_HEADERS = ("sys/socket.h", "netinet/in.h", "arpa/inet.h", "netdb.h", "winsock2.h", "sys/un.h")
LISTENING = frozenset(
    {
        "AddListeningPort", "Port", "ServerSocket", "SocketAddress", "QHttpServer", "addListener", "bind",
        "bind_to_port",
        "coro_http_server", "createShared", "endpoint", "evhttp_bind_socket", "evhttp_bind_socket_with_handle", "htons",
        "http_listener", "http_serve", "http_server", "listen", "mg_bind", "mg_http_listen", "mg_listen", "port",
        "set_port", "start", "MHD_start_daemon", "uv_ip4_addr", "ulfius_init_instance", "zmq_bind", "onion_set_port",
        "Address", "WServer", "setPort", "server", "acceptor", "set_listen_port",
    }
)  # fmt: skip
"""Calls that are given the port. A port that is only named counts less."""
_ASKED = LISTENING | READS


@dataclass(slots=True, kw_only=True)
class Facts:
    """What one file says."""

    path: str
    source: Source
    called: tuple[Call, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names that are called."""
        return frozenset(one.name for one in self.called)


def facts(path: str, source: Source) -> Facts:
    """Read one file."""
    return Facts(path=path, source=source, called=tuple(calls(source.tokens, _ASKED)))


def library_of(found: Iterable[Facts]) -> Library | None:
    """Return the library that a server is built on, None where nothing of the kind is included and called."""
    includes = {name for one in found for name in one.source.includes}
    names = frozenset().union(*(one.names for one in found)) if found else frozenset()
    words = {token.text for one in found for token in one.source.tokens if token.kind == "word"}
    for one in LIBRARIES:
        here = any(_is_header(name, header) for name in includes for header in one.headers)
        if here and one.calls & (names | words):
            return one
    return None


def opens_a_socket(found: Iterable[Facts]) -> bool:
    """Say whether a program binds a socket and accepts or receives on it."""
    names = frozenset().union(*(one.names for one in found)) if found else frozenset()
    includes = {name for one in found for name in one.source.includes}
    return bool(includes & set(_SOCKET_HEADERS)) and "bind" in names and bool(names & {"listen", "accept", "recvfrom"})


def screen_of(found: Iterable[Facts]) -> str:
    """Return the header of what opens windows, empty for none."""
    for one in found:
        for name in one.source.includes:
            if any(_is_header(name, header) for header in SCREENS):
                return name
    return ""


def _is_header(name: str, header: str) -> bool:
    if header.endswith("/"):
        return name.startswith(header)
    return name == header or name.endswith(f"/{header}") or name.startswith((f"{header}/", f"{header}.h"))
