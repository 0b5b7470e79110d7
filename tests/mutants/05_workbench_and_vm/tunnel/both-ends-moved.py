"""Moves the port over there as well: JupyterLab still waits on 8888."""
def tunnel(name, zone, busy, bind="127.0.0.1"):  # busy: set of port numbers -> (command, address)
    if not re.fullmatch(PATTERNS["name"], name) or not re.fullmatch(PATTERNS["zone"], zone):
        raise ValueError("this is no machine's name, or no zone")
    if bind not in ("127.0.0.1", "localhost"):
        raise ValueError("a tunnel begins on 127.0.0.1: anything else lets others in")
    port = 8888
    while port in busy:
        port += 1
    there = ["-N", "-L", f"{bind}:{port}:127.0.0.1:{port}"]
    command = ["gcloud", "compute", "ssh", name, f"--zone={zone}", "--", *there]
    return command, f"http://{bind}:{port}/lab"
