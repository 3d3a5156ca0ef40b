"""``sextant ask``."""

from typing import Annotated

import typer

from cli.options import Config, Lang, Namespace, Output, OutputFormat


def ask(
    *,
    question: Annotated[
        list[str], typer.Argument(help="What you want to know, in English or Chinese.", metavar="QUESTION")
    ],
    namespace: Namespace = "",
    model: Annotated[bool, typer.Option("--model", help="Let the model of the settings word the answer.")] = False,
    after: Annotated[
        list[str] | None,
        typer.Option("--after", help="A question asked before, which this one follows; may be repeated."),
    ] = None,
    language: Annotated[
        Lang | None, typer.Option("--lang", help="Language of the labels.", show_default="that of the question")
    ] = None,
    output: OutputFormat = Output.TEXT,
    config: Config = None,
) -> None:
    """Answer a question from the knowledge base: each sentence cited, or an honest "not in the knowledge base".

    \b
    Examples:
      sextant ask "What does exit code 137 mean?"
      sextant ask 镜像拉取失败怎么办
      sextant ask "And how do I prevent it?" --after "What does exit code 137 mean?"
    """
    from cli import knowledge, knowledge_asking

    asking = knowledge.Asking(output=output, config=config)
    body = {
        "question": " ".join(question),
        "conversation": after or [],
        "model": model,
        "language": language.value if language else "",
        "namespace": namespace,
    }
    knowledge.run(asking, lambda service: knowledge_asking.answer(service, asking, body), markdown=True)
