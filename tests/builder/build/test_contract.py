"""The contract of executors, against each of them."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builder.build import contract
from tests.builder.build.benches import BuildCluster, buildah_bench, buildkit_bench, fake_bench, kubernetes_bench
from tests.builder.build.contract import CASES, Case
from tests.images import RealImages

WHOLE = (contract.cancelled, contract.the_same_twice, contract.pushed)
by_id = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
by_name = pytest.mark.parametrize("whole", WHOLE, ids=lambda whole: whole.__name__)


@by_id
async def test_the_fake_keeps_the_contract(case: Case, tmp_path: Path) -> None:
    async with fake_bench() as bench:
        await contract.carried_out(bench, case, tmp_path)


@by_name
async def test_the_fake_keeps_the_whole_of_it(whole: contract.Whole, tmp_path: Path) -> None:
    async with fake_bench() as bench:
        await whole(bench, tmp_path)


@pytest.mark.images
@pytest.mark.timeout(600)
@by_id
async def test_buildah_keeps_the_contract(case: Case, images: RealImages, tmp_path: Path) -> None:
    async with buildah_bench(images) as bench:
        await contract.carried_out(bench, case, tmp_path)


@pytest.mark.images
@pytest.mark.timeout(600)
@by_name
async def test_buildah_keeps_the_whole_of_it(whole: contract.Whole, images: RealImages, tmp_path: Path) -> None:
    async with buildah_bench(images) as bench:
        await whole(bench, tmp_path)


@pytest.mark.images
@pytest.mark.cluster
@pytest.mark.timeout(900)
@by_id
async def test_jobs_in_a_cluster_keep_the_contract(case: Case, build_cluster: BuildCluster, tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    async with kubernetes_bench(build_cluster, tmp_path / "sent") as bench:
        await contract.carried_out(bench, case, tmp_path / "context")


@pytest.mark.images
@pytest.mark.cluster
@pytest.mark.timeout(900)
@by_name
async def test_jobs_in_a_cluster_keep_the_whole_of_it(
    whole: contract.Whole, build_cluster: BuildCluster, tmp_path: Path
) -> None:
    (tmp_path / "sent").mkdir()
    async with kubernetes_bench(build_cluster, tmp_path / "sent") as bench:
        await whole(bench, tmp_path / "context")


@pytest.fixture
def buildkit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder for a buildkitd, or skip where ``SEXTANT_TEST_BUILDKIT`` does not name its programs."""
    programs = os.environ.get("SEXTANT_TEST_BUILDKIT", "")
    if not programs:
        pytest.skip("SEXTANT_TEST_BUILDKIT names no folder with buildkitd and buildctl")
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    with tempfile.TemporaryDirectory(prefix="kit-") as folder:
        yield Path(folder)


@pytest.mark.images
@pytest.mark.timeout(600)
@by_id
async def test_buildkit_keeps_the_contract(case: Case, images: RealImages, buildkit: Path, tmp_path: Path) -> None:
    async with buildkit_bench(images, buildkit) as bench:
        await contract.carried_out(bench, case, tmp_path)


@pytest.mark.images
@pytest.mark.timeout(600)
@by_name
async def test_buildkit_keeps_the_whole_of_it(
    whole: contract.Whole, images: RealImages, buildkit: Path, tmp_path: Path
) -> None:
    async with buildkit_bench(images, buildkit) as bench:
        await whole(bench, tmp_path)
