"""Made-up transcripts: a shop with a cart that does not start."""

from datetime import UTC, datetime

from cluster.recording.transcript import read_transcript
from cluster.snapshot import Snapshot

PODS = """\
NAME                    READY   STATUS             RESTARTS        AGE     IP            NODE
cart-7c9d8f6b5c-4xk2p   1/2     CrashLoopBackOff   9 (2m10s ago)   25m     10.8.0.14     pool-1
cart-7c9d8f6b5c-qq9zv   0/2     Init:0/1           0               4s      <none>        pool-2
cache-0                 1/1     Running            0               41d     10.8.1.3      pool-2
old-bz7wd               0/1     Evicted            0               3h5m    <none>        pool-1
"""
DEPLOYMENTS = """\
NAME   READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES                                  SELECTOR
cart   0/2     2            0           25m   web,proxy    r.example/cart:3,r.example/proxy:1.1   app=cart
"""
DESCRIBED = """\
Name:             cart-7c9d8f6b5c-4xk2p
Namespace:        shop
Priority:         0
Service Account:  cart
Node:             pool-1/192.0.2.4
Start Time:       Tue, 07 Apr 2026 12:00:00 +0200
Labels:           app=cart
                  pod-template-hash=7c9d8f6b5c
Annotations:      <none>
Status:           Running
IP:               10.8.0.14
IPs:
  IP:           10.8.0.14
Controlled By:  ReplicaSet/cart-7c9d8f6b5c
Init Containers:
  prepare:
    Image:          r.example/prepare:1
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
      Started:      Tue, 07 Apr 2026 12:00:01 +0200
      Finished:     Tue, 07 Apr 2026 12:00:02 +0200
    Ready:          True
    Restart Count:  0
Containers:
  web:
    Container ID:  containerd://0123
    Image:         r.example/cart:3
    Ports:         8080/TCP, 8081/TCP
    Command:
      sh
      -c
      echo State: fine
        exec cart --config /etc/cart.yaml
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    3
      Started:      Tue, 07 Apr 2026 12:22:49 +0200
      Finished:     Tue, 07 Apr 2026 12:22:50 +0200
    Ready:          False
    Restart Count:  9
    Limits:
      cpu:     500m
      memory:  128Mi
    Requests:
      memory:   64Mi
    Liveness:   http-get http://:8080/alive delay=7s timeout=2s period=11s #success=1 #failure=4
    Readiness:  exec [cat /tmp/ok] delay=0s timeout=1s period=10s #success=1 #failure=3
    Startup:    tcp-socket :web delay=0s timeout=1s period=5s #success=1 #failure=30
    Environment Variables from:
      cart-env  ConfigMap  Optional: true
    Environment:
      MODE:      strict
      DB_PASS:   <set to the key 'pass' in secret 'cart-db'>  Optional: false
      HOST_IP:    (v1:status.hostIP)
      NOTHING:
    Mounts:
      /data from data (rw)
      /etc/cart.yaml from conf (ro,path="cart.yaml")
  proxy:
    Image:          r.example/proxy:1.1
    State:          Running
      Started:      Tue, 07 Apr 2026 12:00:04 +0200
    Ready:          True
    Restart Count:  0
    Environment:    <none>
    Mounts:         <none>
Conditions:
  Type              Status
  Ready             False
  PodScheduled      True
Volumes:
  data:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  cart-data
    ReadOnly:   false
  conf:
    Type:      ConfigMap (a volume populated by a ConfigMap)
    Name:      cart-conf
    Optional:  false
QoS Class:         Burstable
Node-Selectors:    disk=fast
Tolerations:       node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Events:
  Type     Reason     Age                  From               Message
  ----     ------     ----                 ----               -------
  Normal   Scheduled  25m                  default-scheduler  Successfully assigned shop/cart-7c9d8f6b5c-4xk2p to pool-1
  Warning  BackOff    2m1s (x40 over 24m)  kubelet            Back-off restarting failed container web in pod cart
"""
EVENTS = """\
LAST SEEN   TYPE      REASON      OBJECT                      MESSAGE
2m1s        Warning   BackOff     pod/cart-7c9d8f6b5c-4xk2p   Back-off restarting failed container web in pod cart
<unknown>   Normal    Scheduled   pod/cart-7c9d8f6b5c-4xk2p   Successfully assigned shop/cart-7c9d8f6b5c-4xk2p to pool-1
"""
NOW = datetime(2026, 4, 7, 10, 25, tzinfo=UTC)


def read(*parts: tuple[str, str]) -> Snapshot:
    """Read (command, output) pairs."""
    return read_transcript("".join(f"$ kubectl {command}\n{output}" for command, output in parts), "pasted")


def state(snapshot: Snapshot, kind: str, namespace: str = "shop") -> str:
    found = {(e.kind, e.namespace): e.state for e in snapshot.coverage.kinds}
    return found.get((kind, namespace), "")
