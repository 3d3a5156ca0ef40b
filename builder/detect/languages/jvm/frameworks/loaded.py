"""What other programs load: plugins of tools and games, functions of clouds, jobs of clusters, Android."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.saying import add_framework, add_kind
from builder.draft import Draft
from builder.grounds import DECLARED
from builder.plan import Kind

_PACKAGINGS = {
    "maven-plugin": "maven-plugin", "hpi": "jenkins", "jpi": "jenkins", "atlassian-plugin": "atlassian",
    "maven-archetype": "maven-archetype", "eclipse-plugin": "eclipse", "eclipse-feature": "eclipse",
    "eclipse-repository": "eclipse", "nbm": "netbeans", "nbm-application": "netbeans", "content-package": "aem",
    "takari-maven-plugin": "maven-plugin", "nar": "nifi", "mule-application": "mule", "mule-extension": "mule",
    "kjar": "kie",
}  # fmt: skip
_PLUGINS = {
    "java-gradle-plugin": "gradle-plugin", "com.gradle.plugin-publish": "gradle-plugin", "kotlin-dsl": "gradle-plugin",
    "groovy-gradle-plugin": "gradle-plugin",
    "org.jetbrains.intellij": "intellij", "org.jetbrains.intellij.platform": "intellij",
    "fabric-loom": "minecraft", "net.fabricmc.fabric-loom": "minecraft", "quilt-loom": "minecraft",
    "org.quiltmc.loom": "minecraft",
    "net.minecraftforge.gradle": "minecraft", "net.neoforged.gradle": "minecraft", "net.neoforged.moddev": "minecraft",
    "net.neoforged.gradle.userdev": "minecraft", "architectury-plugin": "minecraft",
    "dev.architectury.loom": "minecraft",
    "net.minecraftforge.gradle.forge": "minecraft", "forge": "minecraft", "xyz.jpenilla.run-paper": "minecraft",
    "io.papermc.paperweight.userdev": "minecraft", "org.jenkins-ci.jpi": "jenkins",
    "com.gtnewhorizons.gtnhconvention": "minecraft",
    "azure-functions-maven-plugin": "azure-functions", "com.microsoft.azure.azurefunctions": "azure-functions",
}  # fmt: skip
_LIBRARIES = {
    "org.spigotmc:": "minecraft", "io.papermc.paper:": "minecraft", "com.destroystokyo.paper:": "minecraft",
    "org.bukkit:": "minecraft", "net.md-5:bungeecord": "minecraft", "com.velocitypowered:": "minecraft",
    "org.spongepowered:spongeapi": "minecraft", "net.fabricmc:": "minecraft", "org.github.paperspigot:": "minecraft",
    "net.runelite:client": "runelite", "com.amazonaws:aws-lambda-java": "aws-lambda",
    "com.google.cloud.functions:": "cloud-functions", "com.microsoft.azure.functions:": "azure-functions",
    "io.micronaut.aws:micronaut-function-aws": "aws-lambda", "io.quarkus:quarkus-amazon-lambda": "aws-lambda",
    "com.amazonaws.serverless:aws-serverless-java-container": "aws-lambda",
    "software.amazon.awscdk:": "aws-cdk", "com.pulumi:pulumi": "pulumi",
    "org.apache.flink:flink-streaming": "flink", "org.apache.flink:flink-java": "flink",
    "org.apache.spark:spark-core": "spark",
    "org.apache.spark:spark-sql": "spark", "org.apache.storm:storm-c": "storm",
    "org.apache.hadoop:hadoop-client": "hadoop",
    "org.apache.hadoop:hadoop-common": "hadoop", "com.burpsuite:": "burp", "net.portswigger.burp": "burp",
}  # fmt: skip
_ANDROID = ("com.android.application", "android", "com.android.dynamic-feature", "com.android.instantapp")
_ANDROID_LIBRARY = (
    "com.android.library",
    "android-library",
    "com.android.kotlin.multiplatform.library",
    "com.android.test",
)


def loaded(module: Module, draft: Draft) -> bool:
    """Say that it is not a program of its own."""
    project = module.project
    if plugin := module.plugin(*_ANDROID, "android-maven-plugin") or (
        project.packaging in {"apk", "aab"} and module.plugin("android-maven-plugin")
    ):
        add_framework(draft, "android", plugin.evidence)
        add_kind(draft, Kind.MOBILE, "jvm.kind.android", plugin.evidence)
        return True
    if plugin := module.plugin(*_ANDROID_LIBRARY):
        add_framework(draft, "android", plugin.evidence)
        add_kind(draft, Kind.LIBRARY, "jvm.kind.android-library", plugin.evidence)
        return True
    if project.packaging in {"apk", "aab", "apklib", "aar"}:
        kind = Kind.MOBILE if project.packaging in {"apk", "aab"} else Kind.LIBRARY
        add_kind(draft, kind, "jvm.kind.android", project.evidence)
        return True
    if name := _PACKAGINGS.get(project.packaging):
        add_framework(draft, name, project.evidence)
        add_kind(draft, Kind.OTHER, "jvm.kind.packaging", project.evidence)
        return True
    if plugin := module.plugin(*_PLUGINS):
        add_framework(draft, _PLUGINS[plugin.id], plugin.evidence)
        add_kind(draft, Kind.OTHER, "jvm.kind.plugin", plugin.evidence)
        return True
    for start, name in _LIBRARIES.items():
        found = project.using(start)
        if found is None:
            continue
        clustered = name in {"flink", "spark", "storm", "hadoop"}
        serves = project.using(
            "org.springframework.boot:", "com.typesafe.akka:akka-http", "io.javalin:", "io.vertx:vertx-web"
        )
        if serves and (clustered or module.main is not None):
            continue
        if clustered and found.scope != "provided":
            continue
        add_framework(draft, name, found.evidence)
        add_kind(draft, Kind.OTHER, "jvm.kind.loaded", found.evidence, DECLARED)
        return True
    return False
