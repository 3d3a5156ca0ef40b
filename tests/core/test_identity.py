from core.identity import Caller


def test_the_token_of_a_caller_is_never_printed() -> None:
    caller = Caller(name="alice", groups=("dev",), token="hunter2", kind="cluster")
    assert "hunter2" not in repr(caller)
    assert "hunter2" not in str(caller)
