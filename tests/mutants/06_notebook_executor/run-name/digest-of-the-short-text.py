"""Takes the digest after cutting: long texts that differ at their end are one."""
def run_name(point):
    readable = "_".join(f"{name}-{point[name]}" for name in sorted(point))[:60]
    digest = hashlib.sha256(readable.encode()).hexdigest()
    return re.sub(r"[^A-Za-z0-9._-]", "-", readable) + "-" + digest[:8]
