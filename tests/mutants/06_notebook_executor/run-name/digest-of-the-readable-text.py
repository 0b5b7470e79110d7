"""Takes the digest of the readable text, in which 1 and "1" look the same."""
def run_name(point):
    readable = "_".join(f"{name}-{point[name]}" for name in sorted(point))
    digest = hashlib.sha256(readable.encode()).hexdigest()
    return re.sub(r"[^A-Za-z0-9._-]", "-", readable)[:60] + "-" + digest[:8]
