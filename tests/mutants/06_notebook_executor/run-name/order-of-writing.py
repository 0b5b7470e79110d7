"""Depends on the order in which the parameters were written down."""
def run_name(point):
    readable = "_".join(f"{name}-{point[name]}" for name in point)
    digest = hashlib.sha256(json.dumps(point).encode()).hexdigest()
    return re.sub(r"[^A-Za-z0-9._-]", "-", readable)[:60] + "-" + digest[:8]
