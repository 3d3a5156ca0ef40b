"""The section on the knowledge base: where vectors live, which model makes them, how documents are read."""

from typing import Literal

from pydantic import Field, SecretStr

from core.settings.sections import MIB, Section

HTTP = r"^(https?://[^\s@?#]+)?$"


class KnowledgeSettings(Section):
    """The knowledge base. Without any of these it runs in this process with the bundled model."""

    enabled: bool = Field(True, description="Whether the service keeps a knowledge base. It costs about 150 MiB.")
    seed: bool = Field(
        True, description="Whether the bundled runbooks, concepts and how-tos are indexed, so that there is something."
    )
    store: Literal["edge", "server"] = Field(
        "edge",
        description="Where vectors live: edge (in this process, one process at a time) or server (a Qdrant server, for "
        "several). edge needs nothing installed.",
    )
    server_url: str = Field(
        "", pattern=HTTP, description="URL of the Qdrant server, for store = server. It works over gRPC."
    )
    server_grpc_port: int = Field(6334, ge=1, le=65535, description="gRPC port of that server: Qdrant's own default.")
    server_api_key: SecretStr = Field(
        SecretStr(""), description="API key of that server; give it by the environment. Empty: it asks for none."
    )
    server_shards: int = Field(
        0, ge=0, le=256, description="Shards of a new collection; 0 leaves it to the server: one for each node."
    )
    server_replicas: int = Field(
        1, ge=1, le=10, description="Copies of each shard. 2 survive the loss of a node; vectors can be rebuilt anyway."
    )
    embeddings_url: str = Field(
        "",
        pattern=HTTP,
        description="URL of an OpenAI-compatible endpoint, up to and with its /v1. Empty: the bundled model, which "
        "needs no network.",
    )
    embeddings_model: str = Field("", max_length=200, description="Name of the model there. No default: it costs.")
    embeddings_dimensions: int = Field(
        0, ge=0, le=8192, description="Numbers in one of its vectors. No default: a wrong one must not be guessed."
    )
    embeddings_api_key: SecretStr = Field(
        SecretStr(""), description="Key for that endpoint; give it by the environment. Empty: it asks for none."
    )
    embeddings_max_tokens: int = Field(
        512, ge=64, le=32_768, description="Tokens that this model reads of a text. Passages are cut to 512 anyway."
    )
    workers: int = Field(
        0, ge=0, le=64, description="Documents worked on at once; 0: one more than there are cores, so that none waits."
    )
    max_document_bytes: int = Field(
        32 * MIB, gt=0, description="Bytes of one document at most. Books as PDF stay below; larger ones are data."
    )
    max_documents: int = Field(
        20_000, ge=1, description="Documents of one source at most. The largest documentation sites have 10,000 pages."
    )
    allow_private_addresses: bool = Field(
        False,
        description="Whether sources may be fetched from private addresses. Off: a source could otherwise be used to "
        "read what only this machine reaches. It holds only with server.auth = token: a shared service never does it.",
    )
    max_attempts: int = Field(
        5, ge=1, le=20, description="Tries of one document before it is left to a person. With back-off about 2 min."
    )
    search_limit: int = Field(
        10, ge=1, le=100, description="Passages that a search returns unless asked otherwise. More are seldom read."
    )
    event_days: int = Field(
        60, ge=1, le=730, description="Days for which occurrences of events are kept: three half-lives of 20 days."
    )

    @property
    def endpoint_configured(self) -> bool:
        """Say whether another model than the bundled one is to be used."""
        return bool(self.embeddings_url and self.embeddings_model and self.embeddings_dimensions)
