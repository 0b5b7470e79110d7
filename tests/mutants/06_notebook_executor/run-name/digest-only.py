"""Gives the digest alone: nobody can read which run that is."""
def run_name(point):
    return hashlib.sha256(json.dumps(point, sort_keys=True).encode()).hexdigest()
