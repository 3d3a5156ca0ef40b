"""What runs once."""

from builder.manifests.job import job, of_task
from builder.plan import Command, Kind, Task
from tests.builder.manifests.subjects import IMAGE, MIGRATE, PINNED, SEED, ready, subject


def test_each_image_has_its_own_migration() -> None:
    with_tasks = ready(tasks=(MIGRATE,))
    one, same, other = (of_task(subject(with_tasks, image), MIGRATE).name for image in (IMAGE, IMAGE, PINNED))
    assert one == same != other


def test_how_to_wait_for_it_is_said() -> None:
    made = of_task(subject(ready(tasks=(MIGRATE,))), MIGRATE)
    assert made.about[2] == f"kubectl -n apps wait --for=condition=Complete --timeout=10m job/{made.name}"
    assert made.body["spec"]["template"]["spec"]["restartPolicy"] == "Never"


def test_a_seed_waits_for_a_person() -> None:
    made = of_task(subject(ready(tasks=(SEED,))), SEED)
    assert made.body["spec"]["suspend"] is True
    assert made.body["spec"]["template"]["spec"]["containers"][0]["args"] == ["/bin/sh", "-c", "shop seed < seeds.sql"]


def test_a_job_runs_the_command_of_the_image() -> None:
    container = job(subject(ready(Kind.JOB))).body["spec"]["template"]["spec"]["containers"][0]
    assert "args" not in container
    assert "livenessProbe" not in container


def test_beside_a_volume_it_runs_on_the_same_node() -> None:
    pod = of_task(subject(ready(volumes=("/data",), tasks=(SEED,))), SEED).body["spec"]["template"]["spec"]
    assert pod["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert pod["volumes"][0]["persistentVolumeClaim"] == {"claimName": "data-data-shop-0"}


def test_long_names_stay_within_a_label() -> None:
    long = Task(name="m" * 60, purpose="migrate", command=Command(argv=("x",)))
    twin = Task(name="m" * 61, purpose="migrate", command=Command(argv=("y",)))
    about = subject(ready(name="s" * 40, tasks=(long, twin)))
    names = [of_task(about, one).name for one in (long, twin)]
    assert all(len(one) <= 63 for one in names)
    assert len(set(names)) == 2
