"""The runtime can be given back."""

unassigned: list[bool] = []


def unassign() -> None:
    unassigned.append(True)
