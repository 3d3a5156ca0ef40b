"""Codes for routes from outside that do not lead to a Service."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="routes", fault_class="network", condition_reason="DomainNotVerified")

CODES: tuple[Code, ...] = (
    _row(
        code="IngressClassMissing",
        variants=("class", "controller"),
        title=Phrase(en="Nobody serves the route's class", zh="路由的类无人提供服务"),
        fires_when=Phrase(
            en="The Ingress names no class that exists, or no controller of its class runs, and it has no address.",
            zh="Ingress 没有指定存在的类，或其类的控制器没有运行，且没有地址。",
        ),
        not_when=Phrase(
            en="It has an address, names its class by annotation, or is paused on purpose.",
            zh="它已有地址、用注解指定类，或被有意暂停。",
        ),
    ),
    _row(
        code="IngressBackendMissing",
        variants=("service", "port"),
        title=Phrase(en="Route leads to a Service or port that does not exist", zh="路由指向不存在的 Service 或端口"),
        fires_when=Phrase(
            en="A path of the Ingress names a Service that is absent, or a port that the Service does not have.",
            zh="Ingress 的路径引用了不存在的 Service，或 Service 没有的端口。",
        ),
        not_when=Phrase(
            en="The backend is a resource or an annotation's action, or the Service is an external name.",
            zh="后端是资源对象或注解定义的动作，或 Service 是外部名称。",
        ),
    ),
    _row(
        code="IngressTLSSecretMissing",
        title=Phrase(en="Route's certificate Secret is missing", zh="路由的证书 Secret 缺失"),
        fires_when=Phrase(
            en="The Secret that the Ingress names for TLS is absent or holds no certificate and key.",
            zh="Ingress 用于 TLS 的 Secret 不存在，或其中没有证书和私钥。",
        ),
        not_when=Phrase(
            en="No Secret is named, the provider manages the certificate, or it is being issued.",
            zh="没有指定 Secret、证书由云厂商管理，或正在签发。",
        ),
    ),
    _row(
        code="RouteMisdirected",
        variants=("wrong_backend", "path_conflict"),
        title=Phrase(en="Route leads to the wrong Service", zh="路由指向错误的 Service"),
        fires_when=Phrase(
            en="Two rules claim one path, a rewrite drops the path, or a path leads past the Service of its name.",
            zh="两条规则声明同一路径，改写丢失路径，或路径没有指向与其同名的 Service。",
        ),
        not_when=Phrase(
            en="Traffic is split on purpose, or the Service answers these calls.",
            zh="有意分流，或该 Service 能响应这些请求。",
        ),
    ),
    _row(
        code="GatewayNotProgrammed",
        title=Phrase(en="Gateway is not set up", zh="网关没有就绪"),
        fires_when=Phrase(
            en="The Gateway's class is absent or not accepted, or the Gateway or a listener is refused.",
            zh="网关的类不存在或未被接受，或者网关或其监听器被拒绝。",
        ),
        not_when=Phrase(en="It was changed less than a minute ago.", zh="它在一分钟内刚被修改。"),
    ),
    _row(
        code="RouteNotAccepted",
        title=Phrase(en="Gateway does not take up the route", zh="网关没有接受路由"),
        fires_when=Phrase(
            en="The Gateway that the route names is absent or refuses the route.",
            zh="路由所指的网关不存在，或拒绝该路由。",
        ),
        not_when=Phrase(en="The Gateway itself is not set up.", zh="网关本身没有就绪。"),
    ),
    _row(
        code="RouteBackendInvalid",
        variants=("missing", "port", "not_permitted"),
        title=Phrase(en="Route's backend cannot be used", zh="路由的后端不可用"),
        fires_when=Phrase(
            en="The route names a Service or port that is absent, or one of a namespace that does not permit it.",
            zh="路由引用的 Service 或端口不存在，或者属于未允许引用的命名空间。",
        ),
        not_when=Phrase(
            en="The backend has weight 0, or a grant exists that is newer than the status.",
            zh="后端权重为 0，或已有比状态更新的授权。",
        ),
    ),
)
