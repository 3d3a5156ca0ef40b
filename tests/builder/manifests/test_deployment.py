"""What runs for ever without files."""

from builder.manifests import Autoscaling
from builder.manifests.deployment import deployment, of_task
from builder.plan import Kind
from tests.builder.manifests.subjects import CLOCK, PINNED, WORKER, ready, subject


def test_an_update_never_takes_a_pod_before_the_next_is_ready() -> None:
    spec = deployment(subject(replicas=3)).body["spec"]
    assert spec["replicas"] == 3
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


def test_with_an_autoscaler_the_number_of_pods_is_not_written() -> None:
    assert "replicas" not in deployment(subject(autoscaling=Autoscaling(maximum=4))).body["spec"]


def test_pods_are_spread_and_a_single_one_is_not() -> None:
    spread = deployment(subject()).body["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert [one["topologyKey"] for one in spread] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    assert "topologySpreadConstraints" not in deployment(subject(replicas=1)).body["spec"]["template"]["spec"]


def test_a_worker_is_one_pod_without_probes_and_says_why() -> None:
    made = deployment(subject(ready(Kind.WORKER), PINNED))
    assert made.body["spec"]["replicas"] == 1
    assert "livenessProbe" not in made.body["spec"]["template"]["spec"]["containers"][0]
    assert [one.check for one in made.exemptions] == ["CKV_K8S_8", "CKV_K8S_9"]


def test_a_clock_is_never_there_twice() -> None:
    about = subject(ready(tasks=(WORKER, CLOCK)))
    assert of_task(about, CLOCK).body["spec"]["strategy"] == {"type": "Recreate"}
    assert of_task(about, WORKER).body["spec"]["strategy"]["type"] == "RollingUpdate"


def test_a_task_has_its_command_and_its_own_pods() -> None:
    body = of_task(subject(ready(tasks=(WORKER,))), WORKER).body
    assert body["metadata"]["name"] == "shop-worker"
    assert body["spec"]["template"]["spec"]["containers"][0]["args"] == ["shop", "work"]
    assert body["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"] == "worker"
