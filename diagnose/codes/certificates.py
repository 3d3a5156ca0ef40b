"""Codes for certificates that are not accepted or not there."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="certificates", fault_class="network", condition_reason="CertificatePending")

CODES: tuple[Code, ...] = (
    _row(
        code="CertificateExpired",
        title=Phrase(en="Certificate has run out", zh="证书已过期"),
        fires_when=Phrase(
            en="A Certificate in use is past its end, or a client's log says that its peer's is.",
            zh="使用中的 Certificate 已过期，或客户端日志表明对方证书已过期。",
        ),
        not_when=Phrase(
            en="Nothing uses it, or the client has connected since.", zh="没有对象使用它，或客户端此后已连接成功。"
        ),
    ),
    _row(
        code="CertificateHostMismatch",
        title=Phrase(en="Certificate is for another host", zh="证书与主机名不符"),
        fires_when=Phrase(
            en="No name of the certificate covers the host that is served or called.",
            zh="证书中的名称都不包含所服务或所访问的主机。",
        ),
        not_when=Phrase(
            en="Another certificate of the same Ingress covers the host.", zh="同一 Ingress 的另一个证书包含该主机。"
        ),
    ),
    _row(
        code="CertificateNotIssued",
        title=Phrase(en="Certificate is not issued", zh="证书没有签发"),
        fires_when=Phrase(
            en="A Certificate is not ready, and issuing failed or has taken more than five minutes.",
            zh="Certificate 未就绪，且签发失败或超过五分钟。",
        ),
        not_when=Phrase(en="It is ready and only being renewed.", zh="它已就绪，只是正在续期。"),
    ),
    _row(
        code="PeerCertificateRejected",
        title=Phrase(en="Client does not trust its peer's certificate", zh="客户端不信任对方的证书"),
        fires_when=Phrase(
            en="A client's current log says that the chain of its peer's certificate is not trusted.",
            zh="客户端当前日志表明对方证书的信任链不受信任。",
        ),
        not_when=Phrase(
            en="The line is about an image, a webhook, a date or a name, or checking is switched off on purpose.",
            zh="该行涉及镜像、webhook、日期或主机名，或校验被有意关闭。",
        ),
    ),
)
