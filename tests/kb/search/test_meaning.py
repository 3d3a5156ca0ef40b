"""With the bundled model: meaning across wording and language, found by what people say."""

from kb.embed.bundled import BundledEmbedder
from tests.kb.search.library import Page, library
from tests.kb.search.test_searching import ask

PAGES = (
    Page(uri="drain.md", text="# Drain a node\n\nMove all pods away from a machine before you service it.\n"),
    Page(
        uri="quota.md", text="# Resource quotas\n\nAn administrator bounds what a team may consume in its namespace.\n"
    ),
    Page(uri="probe.md", text="# Probes\n\nThe kubelet restarts a container whose liveness probe keeps failing.\n"),
    Page(uri="dns-zh.md", text="# 域名解析\n\n集群内的服务通过 CoreDNS 解析名称，解析失败时先检查其日志。\n"),
)


ASKED = (
    ("take a server out of rotation for hardware work", "drain.md"),
    ("stop one team from eating up all cpu and memory", "quota.md"),
    ("服务的名称查不到了", "dns-zh.md"),
)


async def test_a_page_is_found_by_what_it_means() -> None:
    embedder = BundledEmbedder(threads=1)
    try:
        base = await library(PAGES, embedder=embedder)
        for question, page in ASKED:
            result = await base.search.search(ask(question))
            assert (result.found[0].passage.uri, result.model) == (page, "e5-small-ops")
        across = await base.search.search(ask("健康检查一直不通过会怎么样", languages=("en",)))
        assert across.found[0].passage.uri == "probe.md"
    finally:
        await embedder.close()
