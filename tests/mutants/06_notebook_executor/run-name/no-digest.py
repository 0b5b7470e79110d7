"""Replaces unsafe characters and stops there: "a b" and "a/b" share a folder."""
def run_name(point):
    readable = "_".join(f"{name}-{point[name]}" for name in sorted(point))
    return re.sub(r"[^A-Za-z0-9._-]", "-", readable)[:60]
