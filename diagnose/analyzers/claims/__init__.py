"""Storage claims that get no volume, or not the size that they ask for.

A claim's finding always names the pods that mount it, so that their waiting is explained by it.
"""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import moment, text
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.claims.classes import class_missing, default_class_missing
from diagnose.analyzers.claims.missing import missing_claims
from diagnose.analyzers.claims.provisioning import provisioned_late, provisioning_failed, waits_by_design
from diagnose.analyzers.claims.reserved import claim_lost
from diagnose.analyzers.claims.resize import resize
from diagnose.analyzers.claims.view import Claim, Storage
from diagnose.analyzers.claims.volumes import by_hand, judge_volumes
from diagnose.findings import InProgress, Observation
from diagnose.scene import Scene


@analyzer(kinds=("PersistentVolumeClaim", "Pod"))
def claims(scene: Scene) -> Iterator[Observation]:
    """Yield why each storage claim is missing, unbound, lost or too small."""
    storage = Storage(scene)
    yield from missing_claims(storage)
    for obj in scene.snapshot.all("PersistentVolumeClaim"):
        if text(obj, "metadata", "deletionTimestamp"):
            continue
        claim = Claim(storage, obj)
        if claim.phase == "Bound":
            if (judged := resize(claim)) is not None:
                yield judged
            elif (late := provisioned_late(claim)) is not None:
                yield late
        elif (lost := claim_lost(claim)) is not None:
            yield lost
        else:
            yield from _unbound(claim)


def _unbound(claim: Claim) -> Iterator[Observation]:
    """Judge a claim without a volume, in the order of the catalogue."""
    born = moment(claim.obj, "metadata", "creationTimestamp")
    grace = claim.scene.numbers.claim_grace_seconds
    if born and claim.age < grace:
        yield InProgress(
            object=claim.ref,
            reason=Phrase(en="the storage claim is new and waits for its volume", zh="存储声明刚创建，正在等待卷"),
            until=born + timedelta(seconds=grace),
        )
        return
    if by_hand(claim):
        yield from judge_volumes(claim)
        return
    for rule in (class_missing, default_class_missing, waits_by_design, provisioning_failed):
        judged = rule(claim)
        if judged is not None:
            yield judged
            return
