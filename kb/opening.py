"""From settings to the two outside parts of a knowledge base: the model that embeds and the store of vectors."""

from functools import partial
from pathlib import Path

import structlog

from core.data import data_file
from core.errors import SettingInvalid
from core.settings import KnowledgeSettings
from kb.embed import Embedder, ModelFilesBroken
from kb.stores import VectorStore
from kb.stores.edge import EdgeStore

log = structlog.get_logger("sextant.kb")

VECTORS = "vectors"
"""Folder of the embedded store inside ``storage.state_dir``."""


def make_embedder(settings: KnowledgeSettings) -> Embedder:
    """Return the model of the settings. Takes half a second for the bundled one: call it in a thread.

    Raises ``SettingInvalid`` for an endpoint that is set in part, ``ModelFilesBroken``.
    """
    if settings.endpoint_configured:
        from kb.embed.endpoint import EndpointEmbedder, EndpointSettings

        return EndpointEmbedder(
            EndpointSettings(
                url=settings.embeddings_url,
                model=settings.embeddings_model,
                dimensions=settings.embeddings_dimensions,
                api_key=settings.embeddings_api_key.get_secret_value(),
                max_tokens=settings.embeddings_max_tokens,
            )
        )
    if settings.embeddings_url or settings.embeddings_model or settings.embeddings_dimensions:
        raise SettingInvalid(
            "An embedding endpoint needs its address, its model and the size of its vectors; not all three are set.",
            next_step="Set knowledge.embeddings_url, embeddings_model and embeddings_dimensions, or none of them.",
        )
    return bundled_embedder()


def bundled_embedder() -> Embedder:
    """Return the bundled model, which knows the vectors of the bundled knowledge already."""
    from kb.embed.apart import ApartEmbedder
    from kb.embed.bundled import BundledEmbedder
    from kb.embed.remembered import FILE, RememberingEmbedder, VectorFile

    model = ApartEmbedder(BundledEmbedder())
    try:
        return RememberingEmbedder(model, VectorFile(data_file(FILE)))
    except (FileNotFoundError, ModelFilesBroken) as exc:
        log.warning("the vectors of the bundled knowledge are computed here, which takes a minute", reason=str(exc))
        return model


def make_store(settings: KnowledgeSettings, state_dir: Path) -> VectorStore:
    """Return the store of the settings. Reads files: call it in a thread.

    Raises ``StoreHeld`` while another process has the embedded one, ``SettingInvalid`` for a server without address.
    """
    if settings.store == "edge":
        return EdgeStore(state_dir / VECTORS)
    if not settings.server_url:
        raise SettingInvalid(
            "knowledge.store is server, and no server is named.",
            next_step="Set knowledge.server_url to the address of a Qdrant server, or knowledge.store to edge.",
        )
    from kb.stores.server import ServerSettings, connect  # its import takes a second

    configured = partial(ServerSettings, url=settings.server_url, grpc_port=settings.server_grpc_port)
    return connect(
        configured(
            api_key=settings.server_api_key.get_secret_value(),
            shards=settings.server_shards or None,
            replicas=settings.server_replicas,
        )
    )
