"""State directories as earlier versions kept them."""

import json

HOUR = 3600


def rewrite(path, change):
    kept = json.loads(path.read_text())
    change(kept)
    path.write_text(json.dumps(kept))


def as_before(state):
    """As version 0.1.0 kept it at first: a list of held plans, when approvals end, ARNs in place of names."""
    used = {}
    for path in state.glob("approvals-used-*"):
        used = json.loads(path.read_text()).get("arns", {})
        path.unlink()
    for path in state.glob("approvals-*"):
        rewrite(path, lambda plans: plans.update({plan: given["at"] + HOUR for plan, given in plans.items()}))
    for path in state.glob("held-*"):
        rewrite(path, lambda held: held.update(plans=sorted(held["plans"])))
    for path in state.glob("served-*"):
        rewrite(path, lambda served: served.pop("names", None))
    for path in state.glob("ledger-*"):
        rewrite(path, lambda ledger: (ledger.pop("names", None), ledger.update(
            approved={arn: one["disabled"] for arn, one in used.items() if "disabled" in one})))
    state.chmod(0o700)
